// A client under load for end-to-end tests: pipelines random writes and remembers what was acknowledged. It writes
// three kinds of keys: its own, of which it keeps a model; counters that everybody raises, of which it knows its share;
// and keys that everybody fights over, which only have to be the same everywhere in the end. After a kill it finds out
// how many of the unanswered commands took effect, which must have been the first ones in order.
import assert from 'node:assert/strict';
import type { Reply } from '../../src/resp/reply-reader.ts';
import { Pipeline } from './pipeline.ts';

type Args = readonly (string | number)[];

interface Command {
  readonly args: Args;
  /** What an acknowledgement adds to a counter. */
  readonly adds?: readonly [counter: string, by: number];
}

/** Values by key; a time to live shows as a mark at the end. */
type Model = Map<string, { readonly value: string; readonly expires: boolean }>;
type Totals = ReadonlyMap<string, number>;

const ownKeys = 12;
const depth = 16;
/** Error replies that random commands on fought-over keys earn. */
const earned =
  /^(ERR (no such key|value is not|hash value is not|increment or decrement would overflow|source and destination)|WRONGTYPE|INVALIDOBJ)/;

/** The minimal standard generator: the same numbers for the same seed everywhere. */
export function seededRandom(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

function applyOwn(model: Model, [name, key, a, b, c]: Args): void {
  const k = String(key);
  const old = model.get(k);
  const put = (value: string, expires: boolean): void => {
    model.set(k, { value, expires });
  };
  switch (name) {
    case 'SET':
      put(String(a), b === 'EX');
      return;
    case 'MSET':
      put(String(a), false);
      model.set(String(b), { value: String(c), expires: false });
      return;
    case 'SETNX':
      if (old === undefined) put(String(a), false);
      return;
    case 'APPEND':
      put((old?.value ?? '') + String(a), old?.expires ?? false);
      return;
    case 'SETRANGE': {
      const text = (old?.value ?? '').padEnd(Number(a), '\0');
      const patch = String(b);
      put(text.slice(0, Number(a)) + patch + text.slice(Number(a) + patch.length), old?.expires ?? false);
      return;
    }
    case 'EXPIRE':
      if (old !== undefined) put(old.value, true);
      return;
    case 'PERSIST':
      if (old !== undefined) put(old.value, false);
      return;
    case 'RENAME':
      if (old === undefined) return;
      model.delete(k);
      model.set(String(a), old);
      return;
    case 'DEL':
    case 'GETDEL':
      model.delete(k);
  }
}

function totalsOf(commands: readonly Command[], onto: Totals = new Map()): Map<string, number> {
  const totals = new Map(onto);
  for (const { adds } of commands) {
    if (adds !== undefined) totals.set(adds[0], (totals.get(adds[0]) ?? 0) + adds[1]);
  }
  return totals;
}

function shown(model: Model): string[] {
  return [...model].map(([key, { value, expires }]) => `${key}=${value}${expires ? ' expires' : ''}`).sort();
}

export class MixedWriter {
  readonly name: string;
  acknowledged = 0;
  private readonly random: () => number;
  private readonly model: Model = new Map();
  private totals: Totals = new Map();
  /** For each kill, what the unanswered commands may have added: one of these. */
  private readonly unsure: Totals[][] = [];
  /** What was unanswered at each kill, and what had been done of it: for whoever looks for the reason of a failure. */
  readonly kills: string[] = [];
  private inFlight: Command[] = [];
  private serial = 0;

  constructor(name: string, seed: number) {
    this.name = name;
    this.random = seededRandom(seed);
  }

  /** Writes until `count` more are acknowledged or the connection breaks; returns how many were. */
  async write(port: number, count: number): Promise<number> {
    const client = await Pipeline.connect(port);
    let done = 0;
    try {
      while (done < count) {
        const batch = Array.from({ length: Math.min(depth, count - done) }, () => this.command());
        this.inFlight = batch;
        const asked = batch.map(async (command) => {
          const reply = await client.ask(...command.args);
          this.acknowledge(command, reply);
          done += 1;
        });
        await Promise.all(asked);
      }
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'the connection broke') throw error;
    } finally {
      client.close();
    }
    return done;
  }

  /** After a kill: the own keys must be as some first part of the unanswered commands leaves them. */
  async recover(port: number): Promise<void> {
    const found = await this.readOwn(port);
    const models = Array.from({ length: this.inFlight.length + 1 }, (_, done) => {
      const model = new Map(this.model);
      for (const { args } of this.inFlight.slice(0, done)) if (this.isOwn(args)) applyOwn(model, args);
      return model;
    });
    const fits = models.map((model) => shown(model).join() === shown(found).join());
    assert.ok(
      fits.includes(true),
      `${this.name} lost something acknowledged, or more: found ${JSON.stringify(shown(found))}, acknowledged ` +
        `${JSON.stringify(shown(this.model))}, then unanswered ${JSON.stringify(this.inFlight.map((c) => c.args))}`,
    );
    const done = fits.flatMap((fit, count) => (fit ? [count] : [])).join(' or ');
    this.kills.push(`${done} done of ${this.inFlight.map((c) => c.args.join(' ')).join('; ')}`);
    this.unsure.push(fits.flatMap((fit, done) => (fit ? [totalsOf(this.inFlight.slice(0, done))] : [])));
    this.inFlight = [];
    this.model.clear();
    for (const [key, value] of found) this.model.set(key, value);
  }

  /** Checks that a node has this writer's own keys as they were left. */
  async check(port: number): Promise<void> {
    assert.deepEqual(shown(await this.readOwn(port)), shown(this.model), `${this.name}'s own keys`);
  }

  /** Every sum that the counters may have by this writer alone, as text. */
  private possibleTotals(onto: readonly Totals[]): Totals[] {
    let possible = onto.map((totals) => addTotals(totals, this.totals));
    for (const options of this.unsure) {
      possible = possible.flatMap((totals) => options.map((more) => addTotals(totals, more)));
    }
    return possible;
  }

  /** Every state that the counters may be in, by what all writers were told. */
  static possibleCounters(writers: readonly MixedWriter[]): string[] {
    let possible: Totals[] = [new Map()];
    for (const writer of writers) possible = writer.possibleTotals(possible);
    return possible.map(showTotals);
  }

  /** The counters as a node has them. */
  static async readCounters(port: number): Promise<string> {
    const client = await Pipeline.connect(port);
    const keys = await client.ask('KEYS', 'count:*');
    assert.ok(Array.isArray(keys));
    const rows = await Promise.all(
      keys.map(async (key) => [String(key), Number(await client.ask('GET', String(key)))] as const),
    );
    client.close();
    return showTotals(new Map(rows));
  }

  private acknowledge(command: Command, reply: Reply): void {
    const { args } = command;
    if (reply instanceof Error) {
      assert.match(reply.message, earned, `${this.name}: ${args.join(' ')}: ${reply.message}`);
      assert.ok(!this.isOwn(args) || args[0] === 'RENAME', `${reply.message}: ${args.join(' ')}`);
    }
    this.acknowledged += 1;
    this.inFlight = this.inFlight.filter((c) => c !== command);
    if (this.isOwn(args)) applyOwn(this.model, args);
    this.totals = totalsOf([command], this.totals);
  }

  private isOwn(args: Args): boolean {
    return String(args[1]).startsWith(`own:${this.name}:`);
  }

  private pick(count: number): number {
    return Math.floor(this.random() * count);
  }

  private text(): string {
    this.serial += 1;
    return `${this.name}${this.serial}${'x'.repeat(this.pick(24))}`;
  }

  private command(): Command {
    const kind = this.random();
    if (kind < 0.4) return this.increment();
    if (kind < 0.5) return { args: this.hashCommand() };
    if (kind < 0.75) return { args: this.ownCommand(() => `own:${this.name}:${this.pick(ownKeys)}`) };
    return { args: this.foughtOver(() => `shared:${this.pick(30)}`) };
  }

  private increment(): Command {
    const by = 1 + this.pick(5);
    const counter = `count:${this.pick(8)}`;
    const fraction = `count:f${this.pick(2)}`;
    switch (this.pick(4)) {
      case 0:
        return { args: ['INCRBY', counter, by], adds: [counter, by] };
      case 1:
        return { args: ['DECRBY', counter, by], adds: [counter, -by] };
      case 2:
        return { args: ['INCRBYFLOAT', fraction, by / 4], adds: [fraction, by / 4] };
      default:
        return { args: ['INCR', counter], adds: [counter, 1] };
    }
  }

  private ownCommand(key: () => string): Args {
    switch (this.pick(12)) {
      case 0:
        return ['DEL', key()];
      case 1:
        return ['APPEND', key(), this.text()];
      case 2:
        return ['SETRANGE', key(), this.pick(40), this.text()];
      case 3:
        return ['EXPIRE', key(), 1000];
      case 4:
        return ['PERSIST', key()];
      case 5:
        return ['RENAME', key(), key()];
      case 6:
        return ['MSET', key(), this.text(), key(), this.text()];
      case 7:
        return ['SET', key(), this.text(), 'EX', 1000];
      case 8:
        return ['SETNX', key(), this.text()];
      case 9:
        return ['GETDEL', key()];
      default:
        return ['SET', key(), this.text()];
    }
  }

  private hashCommand(): Args {
    const [key, field] = [`hash:${this.pick(4)}`, `f${this.pick(12)}`];
    switch (this.pick(8)) {
      case 0:
        return ['HDEL', key, field, `f${this.pick(12)}`];
      case 1:
        return ['HINCRBY', key, `n${this.pick(3)}`, 1 + this.pick(5)];
      case 2:
        return ['HINCRBYFLOAT', key, `n${this.pick(3)}`, 0.25];
      case 3:
        return ['HSETNX', key, field, this.text()];
      case 4:
        return this.pick(6) === 0 ? ['DEL', key] : ['PEXPIRE', key, 50 + this.pick(2000)];
      default:
        return ['HSET', key, field, this.text(), `f${this.pick(12)}`, this.text()];
    }
  }

  private foughtOver(key: () => string): Args {
    switch (this.pick(10)) {
      case 8:
        return ['PFADD', key(), this.text(), this.text()];
      case 9:
        return ['SETBIT', key(), this.pick(3000), this.pick(2)];
      case 0:
        return ['INCR', key()];
      case 1:
        return ['SET', key(), this.pick(1000)];
      case 2:
        return ['PEXPIRE', key(), 1 + this.pick(300)];
      case 3:
        return ['INCRBYFLOAT', key(), 0.5];
      case 4:
        return ['COPY', key(), key(), 'REPLACE'];
      default:
        return this.ownCommand(key);
    }
  }

  private async readOwn(port: number): Promise<Model> {
    const client = await Pipeline.connect(port);
    const model: Model = new Map();
    for (let i = 0; i < ownKeys; i++) {
      const key = `own:${this.name}:${i}`;
      const [value, ttl] = await Promise.all([client.ask('GET', key), client.ask('TTL', key)]);
      if (typeof value === 'string') model.set(key, { value, expires: Number(ttl) > 0 });
    }
    client.close();
    return model;
  }
}

function addTotals(a: Totals, b: Totals): Totals {
  const sum = new Map(a);
  for (const [name, by] of b) sum.set(name, (sum.get(name) ?? 0) + by);
  return sum;
}

function showTotals(totals: Totals): string {
  return [...totals]
    .map(([name, sum]) => `${name}=${sum}`)
    .sort()
    .join(' ');
}
