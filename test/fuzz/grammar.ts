// Makes requests of a command from what its metadata says of its arguments: valid ones for the most part, with a share
// of mistakes: an argument too few or too many, one in the place of another, a word in lower case.
import type { CommandSpec } from '../../src/commands/command.ts';
import { type ArgumentSpec, parseSyntax } from '../../src/commands/syntax.ts';
import type { Random } from './random.ts';
import { keyFor, valueFor } from './values.ts';

export type Request = readonly string[];

/** A command with its words: `['object', 'encoding']`. */
export interface Target {
  readonly words: readonly string[];
  readonly spec: CommandSpec;
  readonly items: readonly ArgumentSpec[];
}

export function targetsOf(specs: readonly CommandSpec[]): Target[] {
  return specs.flatMap((spec) => {
    if (spec.subcommands === undefined) return [target([spec.name], spec)];
    return spec.subcommands.map((sub) => target([spec.name, sub.name], sub));
  });
}

function target(words: readonly string[], spec: CommandSpec): Target {
  return { words, spec, items: spec.syntax === undefined ? [] : parseSyntax(spec.syntax) };
}

export function makeRequest(random: Random, { words, spec, items }: Target): Request {
  const maker = new RequestMaker(random, spec.group);
  maker.sequence(items);
  const request = [...words, ...maker.args];
  const made = random.chance(0.08) ? spoiled(random, request, words.length) : request;
  // Clocks differ, and so would ids that are left to them.
  if (spec.name === 'xadd') return made.map((arg) => (arg === '*' ? random.pick(idsInstead) : arg));
  if (spec.group === 'stream') return made.map(withShortBlock);
  return spec.flags.includes('blocking') ? made.map(shortened) : made;
}

const idsInstead = ['1-*', '7-*', '30-*', '500-*'];

/** XREAD waits for as long as BLOCK says. */
function withShortBlock(arg: string, i: number, request: Request): string {
  const isTimeout = request[i - 1]?.toLowerCase() === 'block';
  return isTimeout && (Number(arg) > 5 || Number(arg) === 0) ? '5' : arg;
}

/** No number of a blocking command may be a long time to wait. */
function shortened(arg: string, i: number, { length }: Request): string {
  const mayBeTimeout = i === 1 || i === length - 1;
  return mayBeTimeout && (Number(arg) > 0.05 || Number(arg) === 0) ? '0.01' : arg;
}

const manyTimes = 200;
const wideNames = new Set(['member', 'element', 'field', 'value']);

class RequestMaker {
  readonly args: string[] = [];
  private readonly random: Random;
  private readonly group: string;
  /** Where the argument stands that counts those of the next repeated item. */
  private counterAt = -1;
  /** It repeats an item often, so that collections outgrow their small forms. */
  private isWide = false;

  constructor(random: Random, group: string) {
    this.random = random;
    this.group = group;
  }

  sequence(items: readonly ArgumentSpec[]): void {
    for (const item of this.random.chance(0.3) ? this.otherwiseOrdered(items) : items) this.item(item);
  }

  /** Options that stand side by side may come in any order, and now and then one comes twice. */
  private otherwiseOrdered(items: readonly ArgumentSpec[]): ArgumentSpec[] {
    const { random } = this;
    const ordered = [...items];
    for (let i = 1; i < ordered.length; i++) {
      const [before, item] = [ordered[i - 1]!, ordered[i]!];
      if (!item.optional || !before.optional || random.chance(0.5)) continue;
      [ordered[i - 1], ordered[i]] = random.chance(0.9) ? [item, before] : [item, item];
    }
    return ordered;
  }

  private item(item: ArgumentSpec): void {
    const { random } = this;
    if (item.optional && !random.chance(0.35)) return;
    this.isWide = item.multiple === true && random.chance(0.02);
    const times = item.multiple ? 1 + random.below(this.isWide ? manyTimes : 3) : 1;
    if (item.token !== undefined && item.type !== 'pure-token') this.word(item.token);
    for (let i = 0; i < times; i++) {
      if (i > 0 && item.multipleToken && item.token !== undefined) this.word(item.token);
      this.one(item);
    }
    if (!item.multiple || this.counterAt < 0) return;
    if (random.chance(0.95)) this.args[this.counterAt] = String(times);
    this.counterAt = -1;
  }

  private one(item: ArgumentSpec): void {
    const { random } = this;
    if (item.type === 'pure-token') this.word(item.token ?? item.name);
    else if (item.type === 'oneof') this.item(random.pick(item.arguments ?? []));
    else if (item.type === 'block') this.sequence(item.arguments ?? []);
    else if (item.type === 'key') this.args.push(keyFor(random, this.group));
    else {
      if (item.name === 'numkeys' || item.name === 'numfields') this.counterAt = this.args.length;
      this.args.push(
        this.isWide && wideNames.has(item.name) ? `w${random.below(2 * manyTimes)}` : valueFor(random, item),
      );
    }
  }

  private word(word: string): void {
    this.args.push(this.random.chance(0.1) ? word.toLowerCase() : word);
  }
}

/** One mistake behind the command's own words. */
function spoiled(random: Random, request: Request, from: number): Request {
  const at = from + random.below(Math.max(1, request.length - from));
  const junk = random.pick(['x', '', '-1', 'NX', 'COUNT', '0', 'WITHSCORES', 'LIMIT', '9223372036854775807']);
  const kind = random.below(4);
  if (kind === 0) return [...request.slice(0, at), ...request.slice(at + 1)];
  if (kind === 1) return [...request.slice(0, at), junk, ...request.slice(at)];
  if (kind === 2) return [...request.slice(0, at), junk, ...request.slice(at + 1)];
  return [...request, junk];
}
