// The arguments of XREAD and XREADGROUP, with Redis's words for what is wrong in them.
import { CommandError } from '../../base/errors.ts';
import { groupMissing, groupOptionMisplaced, streamsUnbalanced } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { KeySpec, KeyUse } from '../command.ts';
import type { RequestArgs } from '../executor.ts';
import { optionsIn } from '../keys-of.ts';
import { readTimeoutMs } from '../timeout.ts';

export interface ReadOptions {
  /** 0 = all. */
  readonly count: number;
  /** -1 = does not wait, 0 = for ever. */
  readonly timeoutMs: number;
  /** The arguments that are group and consumer; 0 = none. */
  readonly group: number;
  readonly noAck: boolean;
  readonly firstKey: number;
  /** Keys, and as many ids behind them. */
  readonly keys: number;
}

/** The keys behind STREAMS, one half of what is there. `from`: where the word may stand first. */
export function streamKeys(from: number): readonly KeySpec[] {
  return [
    {
      flags: ['RO', 'access'],
      begin: { word: 'streams', from },
      find: { last: -1, step: 1, limit: 2 },
    },
  ];
}

/** The keys of one request: a group may be named like an option. */
export function findStreamKeys(args: RequestArgs, base: number): readonly KeyUse[] | undefined {
  for (const { word, at } of optionsIn(args, base + 1, { block: 1, count: 1, group: 2, streams: 1 })) {
    if (word !== 'streams') continue;
    const rest = args.argc - at - 1;
    if (rest % 2 !== 0) return undefined;
    return Array.from({ length: rest / 2 }, (_, i) => ({ index: at + 1 + i, flags: ['RO', 'access'] }));
  }
  return undefined;
}

export function readReadOptions(call: Call, isGroup: boolean): ReadOptions {
  let count = 0;
  let timeoutMs = -1;
  let group = 0;
  let noAck = false;
  for (let i = 1; i < call.argc; i++) {
    const more = call.argc - i - 1;
    if (more > 0 && call.is(i, 'block')) timeoutMs = readTimeoutMs(call, ++i);
    else if (more > 0 && call.is(i, 'count')) count = Math.max(0, call.integer(++i));
    else if (more > 0 && call.is(i, 'streams')) {
      const rest = call.argc - i - 1;
      if (rest % 2 !== 0) throw new CommandError(streamsUnbalanced);
      if (isGroup && group === 0) throw new CommandError(groupMissing);
      return { count, timeoutMs, group, noAck, firstKey: i + 1, keys: rest / 2 };
    } else if (more >= 2 && call.is(i, 'group')) {
      if (!isGroup) throw new CommandError(groupOptionMisplaced('GROUP'));
      group = i + 1;
      i += 2;
    } else if (call.is(i, 'noack')) {
      if (!isGroup) throw new CommandError(groupOptionMisplaced('NOACK'));
      noAck = true;
    } else call.syntaxError();
  }
  return call.syntaxError();
}

/** Begins the entries of one stream in the reply of several: in RESP3 they are a map. */
export function replyKey(call: Call, key: number): void {
  if (call.session.protocol < 3) call.reply.array(2);
  call.reply.bulk(call.buf, call.offset(key), call.length(key));
}

export function replyStreams(call: Call, n: number): void {
  if (call.session.protocol < 3) call.reply.array(n);
  else call.reply.map(n);
}
