// A client in a storm: in bursts it adds elements of its own to keys that nobody takes from, counts, writes values that
// are its own, and does anything at all to keys over which all clients fight. It enters into the account what it asked
// for and what it was told. When its node goes, it comes back to it.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Reply, ReplyError } from '../../src/resp/reply-reader.ts';
import { Pipeline } from '../e2e/pipeline.ts';
import type { Random } from '../fuzz/random.ts';
import { anyCommand } from '../sim/any-command.ts';
import type { Account } from './account.ts';

type Args = readonly string[];
interface Asked {
  readonly args: Args;
  /** What to do with the reply. */
  readonly told?: (reply: Reply) => void;
}

/** Error replies that random commands on fought-over keys earn, and those of nodes that are full or evict. */
const earned =
  /^(WRONGTYPE|INVALIDOBJ|OOM|EVICTED|EXECABORT|ERR (no such key|index out of range|value is (not|NaN)|hash value is not|increment|source and destination|resulting score|string exceeds|bit offset|The ID specified in XADD|WATCH inside MULTI)|NOGROUP|BUSYGROUP)/;
/** The first word of a refusal. */
const codeOf = /^[A-Z]+/;
const burstMax = 12;
const pauseMsMax = 60;
/** Deadlines are over when all is compared, or far away. */
export const soonMsMax = 2000;
const timesMs = ['100', '700', String(soonMsMax), '3000000'];
const retryMs = 50;
/** Of these each has what EXEC adds to all. */
export const groupKeys = ['kept:gs', 'kept:gh', 'kept:gl'] as const;
const largeMany = 8000;
/** Of what is large, so many to one of another kind fill small memories. */
const fillings = 15;
/** Text that is hardly packed. */
const noise = randomBytes(225_000).toString('base64');

/** Keys with elements that each client adds to, and how to add one. */
const adding: Readonly<Record<string, (element: string, serial: number) => Args>> = {
  'kept:s': (element) => ['SADD', 'kept:s', element],
  'kept:h': (element) => ['HSET', 'kept:h', element, element],
  'kept:z': (element, serial) => ['ZADD', 'kept:z', String(serial), element],
  'kept:l': (element) => ['RPUSH', 'kept:l', element],
  'kept:x': (element) => ['XADD', 'kept:x', '*', 'e', element],
};

/** Of EXEC's reply what one command of the group was told; of a group that was not run, a refusal. */
function ofGroup(reply: Reply, i: number): Reply {
  return Array.isArray(reply) ? reply[i]! : new ReplyError(String(reply));
}

export class StormClient {
  readonly name: string;
  /** What it was told that no client should be told. */
  readonly complaints: string[] = [];
  /** Replies that were errors, by their code. */
  readonly refusals = new Map<string, number>();
  asked = 0;
  answered = 0;
  private readonly random: Random;
  private readonly account: Account;
  private readonly port: () => number | undefined;
  private serial = 0;
  private isLeaving = false;

  /** `port`: where its node listens; undefined while it does not. */
  constructor(name: string, random: Random, account: Account, port: () => number | undefined) {
    this.name = name;
    this.random = random;
    this.account = account;
    this.port = port;
  }

  /** Writes until it is told to leave; what was asked for is answered, or its connection broke. */
  async run(): Promise<void> {
    let pipeline: Pipeline | undefined;
    while (!this.isLeaving) {
      try {
        const port = this.port();
        if (port === undefined) throw new Error('down');
        pipeline ??= await Pipeline.connect(port);
        await this.burst(pipeline);
        await delay(this.random.below(pauseMsMax));
      } catch {
        pipeline?.close();
        pipeline = undefined;
        await delay(retryMs);
      }
    }
    pipeline?.close();
  }

  leave(): void {
    this.isLeaving = true;
  }

  private async burst(pipeline: Pipeline): Promise<void> {
    const burst = Array.from({ length: 1 + this.random.below(burstMax) }, () => this.commands()).flat();
    this.asked += burst.length;
    const ends = await Promise.allSettled(
      burst.map(async ({ args, told }) => {
        const reply = await pipeline.ask(...args);
        this.answered += 1;
        this.judge(args, reply);
        told?.(reply);
      }),
    );
    if (ends.some(({ status }) => status === 'rejected')) throw new Error('the connection broke');
  }

  private judge(args: Args, reply: Reply): void {
    if (Array.isArray(reply) && args[0] === 'EXEC') for (const inner of reply) this.judge(['in EXEC'], inner);
    if (!(reply instanceof Error)) return;
    const [code = ''] = codeOf.exec(reply.message) ?? [];
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    if (earned.test(reply.message)) return;
    const words = args.slice(0, 8).map((word) => word.slice(0, 40));
    this.complaints.push(`${this.name}: ${words.join(' ')}: ${reply.message}`);
  }

  private commands(): Asked[] {
    const draw = this.random.next();
    if (draw < 0.15) return [this.add()];
    if (draw < 0.18) return this.addGroup();
    if (draw < 0.2) return [this.pushOwn()];
    if (draw < 0.3) return [this.count()];
    if (draw < 0.33) return this.countGroup();
    if (draw < 0.43) return [this.writeOwn()];
    if (draw < 0.46) return [this.appendOwn()];
    if (draw < 0.49) return [this.large()];
    if (draw < 0.52) return this.elsewhere();
    if (draw < 0.54) return [{ args: ['MULTI'] }, this.anything(), this.anything(), { args: ['EXEC'] }];
    return [this.anything()];
  }

  private element(): string {
    this.serial += 1;
    return `${this.name}.${this.serial}`;
  }

  /** Adds to the account what is asked for; what to do when it is answered. */
  private expecting(key: string, elements: readonly string[]): (reply: Reply) => void {
    const all = this.account.elementsOf(key);
    for (const element of elements) all.set(element, 'unsure');
    return (reply) => {
      for (const element of elements) all.set(element, reply instanceof Error ? 'refused' : 'done');
    };
  }

  private add(): Asked {
    if (this.random.chance(0.1)) {
      const args = ['PFADD', 'kept:p', this.element()];
      return { args, told: this.expecting('kept:p', [args[2]!]) };
    }
    const [key, make] = this.random.pick(Object.entries(adding));
    const element = this.element();
    return { args: make(element, this.serial), told: this.expecting(key, [element]) };
  }

  /** The same element to several keys, all or none. */
  private addGroup(): Asked[] {
    const element = this.element();
    const [set, hash, list] = groupKeys;
    const tellers = groupKeys.map((key) => this.expecting(key, [element]));
    return [
      { args: ['MULTI'] },
      { args: ['SADD', set, element] },
      { args: ['HSET', hash, element, element] },
      { args: ['RPUSH', list, element] },
      {
        args: ['EXEC'],
        told: (reply) => {
          for (const [i, tell] of tellers.entries()) tell(ofGroup(reply, i));
        },
      },
    ];
  }

  /** To a list that has an order: what this client pushed at its end, and before it what it pushed at its head. */
  private pushOwn(): Asked {
    const end = this.random.pick(['L', 'R']);
    const elements = Array.from(
      { length: this.random.chance(0.05) ? 500 : 1 + this.random.below(3) },
      () => `${this.element()}.${end}`,
    );
    const key = `kept:l:${this.name}`;
    return { args: [`${end}PUSH`, key, ...elements], told: this.expecting(key, elements) };
  }

  private counting(name: string, by: number): (reply: Reply) => void {
    const counter = this.account.counter(name);
    const id = counter.ask(by);
    return (reply) => counter.answer(id, !(reply instanceof Error));
  }

  private count(): Asked {
    const by = 1 + this.random.below(1000);
    const field = `f${this.random.below(3)}`;
    const own = `count:${this.name}:${this.random.below(2)}`;
    const [name, args] = this.random.pick<[string, string[]]>([
      [own, ['INCRBY', own, String(by)]],
      [own, ['DECRBY', own, String(-by)]],
      [`count:h ${this.name}.${field}`, ['HINCRBY', 'count:h', `${this.name}.${field}`, String(by)]],
      [`count:z ${this.name}.${field}`, ['ZINCRBY', 'count:z', String(by), `${this.name}.${field}`]],
    ]);
    return { args, told: this.counting(name, by) };
  }

  /** To a counter of its own and one of all clients: the sum of those is this one. */
  private countGroup(): Asked[] {
    const by = 1 + this.random.below(1000);
    const own = this.counting(`sum:${this.name}`, by);
    const shared = this.counting('sum', by);
    return [
      { args: ['MULTI'] },
      { args: ['INCRBY', `sum:${this.name}`, String(by)] },
      { args: ['INCRBY', 'sum', String(by)] },
      {
        args: ['EXEC'],
        told: (reply) => {
          own(ofGroup(reply, 0));
          shared(ofGroup(reply, 1));
        },
      },
    ];
  }

  private writeOwn(): Asked {
    const key = `own:${this.name}:${this.random.below(6)}`;
    const isDeleted = this.random.chance(0.15);
    const value = isDeleted ? undefined : this.element() + 'y'.repeat(this.random.below(60));
    const register = this.account.register(key);
    const id = register.ask(value);
    return {
      args: value === undefined ? ['DEL', key] : ['SET', key, value],
      told: (reply) => register.answer(id, !(reply instanceof Error)),
    };
  }

  private appendOwn(): Asked {
    const key = `kept:a:${this.name}`;
    const element = this.element();
    return { args: ['APPEND', key, `${element};`], told: this.expecting(key, [element]) };
  }

  private large(): Asked {
    const { random } = this;
    const key = (type: string): string => `large:${type}:${random.below(5)}`;
    const serials = Array.from({ length: 100 + random.below(largeMany) }, () => this.element());
    const value = this.element();
    const bytes = noise.slice(random.below(100_000)).slice(0, 1000 + random.below(200_000));
    const makers: readonly (() => string[])[] = [
      () => ['SET', key('string'), value + bytes],
      ...Array.from({ length: fillings }, () => () => [
        ...random.pick([
          ['SET', `fill:s:${random.below(60)}`],
          ['HSET', `fill:h:${random.below(20)}`, 'f'],
        ]),
        value + bytes.slice(0, 60_000),
      ]),
      () => ['APPEND', key('string'), value + bytes.slice(0, 20_000)],
      () => ['SETRANGE', key('string'), String(random.below(400_000)), value],
      () => ['SETBIT', key('string'), String(random.below(1_000_000)), '1'],
      () => ['HSET', key('hash'), 'f', bytes],
      () => ['RPUSH', key('list'), ...serials],
      () => ['LPUSH', key('list'), ...serials],
      () => ['SADD', key('set'), ...serials],
      () => ['HSET', key('hash'), ...serials.flatMap((serial) => [serial, 'v'])],
      () => ['ZADD', key('zset'), ...serials.flatMap((serial, i) => [String(i % 100), serial])],
      () => ['LRANGE', key('list'), '0', '-1'],
      () => ['SMEMBERS', key('set')],
      () => ['ZRANGE', key('zset'), '0', '-1', 'WITHSCORES'],
      () => ['HGETALL', key('hash')],
      () => ['LREM', key('list'), '0', value],
      () => ['LTRIM', key('list'), '0', '999'],
      () => ['LTRIM', key('list'), '-100', '-1'],
      () => ['LPOP', key('list'), '5000'],
      () => ['SPOP', key('set'), '3000'],
      () => ['ZREMRANGEBYSCORE', key('zset'), '10', '90'],
      () => ['ZUNIONSTORE', key('zset'), '2', key('zset'), key('zset')],
      () => ['SUNIONSTORE', key('set'), key('set'), key('set')],
      () => ['SDIFFSTORE', key('set'), key('set'), key('set')],
      () => ['SORT', key('set'), 'ALPHA', 'LIMIT', '0', '2000', 'STORE', key('list')],
      ...['list', 'set', 'hash', 'zset', 'string'].flatMap((type) => [
        () => ['DEL', key(type)],
        () => ['DEL', key(type)],
        () => ['COPY', key(type), key(type), 'REPLACE'],
        () => ['RENAME', key(type), key(type)],
        () => ['PEXPIRE', key(type), random.pick(timesMs)],
      ]),
    ];
    return { args: random.pick(makers)() };
  }

  /** In another database, which is emptied now and then. */
  private elsewhere(): Asked[] {
    const work = this.random.chance(0.03) ? { args: ['FLUSHDB'] } : this.anything();
    return [{ args: ['SELECT', '1'] }, work, this.anything(), { args: ['SELECT', '0'] }];
  }

  private anything(): Asked {
    const { random } = this;
    const value = `v${this.element()}`;
    const key = (): string => `k${random.below(12)}`;
    const makers: readonly (() => string[])[] = [
      () => ['SET', key(), value],
      () => ['SET', key(), value.repeat(20), 'PX', random.pick(timesMs)],
      () => ['SET', key(), String(random.below(100))],
      () => ['APPEND', key(), value],
      () => ['SETRANGE', key(), String(random.below(200)), value],
      () => ['SETBIT', key(), String(random.below(3000)), random.pick(['0', '1'])],
      () => ['BITFIELD', key(), 'INCRBY', 'u8', String(random.below(400)), '7'],
      () => ['BITOP', 'XOR', key(), key(), key()],
      () => ['INCR', key()],
      () => ['INCRBYFLOAT', key(), '0.5'],
      () => ['PFADD', random.pick(['p0', 'p1']), value, `w${random.below(5000)}`],
      () => ['PFMERGE', 'p0', 'p1'],
      () => ['GETDEL', key()],
      () => ['DEL', key(), key()],
      () => ['MSET', key(), value, key(), value],
      () => ['PEXPIRE', key(), random.pick(timesMs)],
      () => ['PERSIST', key()],
      () => ['RENAME', key(), key()],
      () => ['COPY', key(), key(), 'REPLACE'],
      () => ['XGROUP', 'CREATE', 'x0', 'g', '$', 'MKSTREAM'],
      () => ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '3', 'STREAMS', 'x0', '>'],
      () => ['BLPOP', 'l0', 'l1', '0.05'],
      () => ['BZPOPMIN', 'z0', '0.05'],
      () => ['BLMOVE', 'l0', 'l1', 'LEFT', 'RIGHT', '0.05'],
      () => ['WATCH', key()],
      () => ['SCAN', '0', 'COUNT', '100'],
      () => ['GEOADD', 'geo', String(random.below(90)), String(random.below(80)), `m${random.below(50)}`],
    ];
    if (random.chance(0.4)) return { args: random.pick(makers)() };
    const args = anyCommand(
      (from) => random.pick(from),
      () => random.next(),
      this.serial,
    );
    if (/^H?PEXPIRE$/.test(args[0]!)) args[2] = random.pick(timesMs);
    return { args };
  }
}
