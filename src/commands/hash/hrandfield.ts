// HRANDFIELD key [count [WITHVALUES]]: random fields; with a negative count the same one may come again.
// https://redis.io/commands/hrandfield
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import {
  type Draw,
  type Drawn,
  drawDifferent,
  drawOne,
  readDrawRequest,
  replyManyDrawn,
} from '../random-elements.ts';

export const command: CommandSpec = {
  name: 'hrandfield',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'hash',
  since: '6.2.0',
  summary: 'Returns random fields.',
  syntax: '<key> [<count> [WITHVALUES]]',
  complexity: 'O(N) for N fields returned',
  run: hrandfield,
};

function hrandfield(call: Call): void {
  const { store } = call;
  const { elements } = store;
  if (call.argc === 2) {
    replyOne(call, call.openToRead(1, EntryType.hash));
    return;
  }
  const { count, isPairs: withValues } = readDrawRequest(call, 'withvalues');
  const isThere = call.openToRead(1, EntryType.hash);
  const draw: Draw = {
    type: EntryType.hash,
    count,
    header: (own, n) => replyHeader(own, n, withValues),
    writer: (own) => (name, nameOffset, nameLength, value, valueOffset, valueLength) => {
      if (withValues && own.reply.protocol === 3) own.reply.array(2);
      own.reply.bulk(name, nameOffset, nameLength);
      if (withValues) own.reply.bulk(value, valueOffset, valueLength);
    },
  };
  const exists = isThere && (elements.mayHide || elements.shown > 0);
  if (exists && count !== 0 && replyManyDrawn(call, draw)) return;
  let drawn: Drawn[] = [];
  if (exists && count > 0) drawn = drawDifferent(elements, count, store.random);
  else if (exists) for (let i = count; i < 0; i++) drawn.push(drawOne(elements, store.random));
  replyHeader(call, drawn.length, withValues);
  const write = draw.writer(call);
  for (const { name, value } of drawn) write(name, 0, name.length, value, 0, value.length);
}

function replyOne(call: Call, isThere: boolean): void {
  const { reply, store } = call;
  const { elements, random } = store;
  if (isThere && replyManyDrawn(call, oneField)) return;
  if (isThere && elements.shown > 0) {
    const { name } = drawOne(elements, random);
    reply.bulk(name, 0, name.length);
  } else reply.nil();
}

/** One field, or nil where none is shown. */
const oneField: Draw = {
  type: EntryType.hash,
  count: 1,
  header: ({ reply }, n) => {
    if (n === 0) reply.nil();
  },
  writer:
    ({ reply }) =>
    (name, offset, length) =>
      reply.bulk(name, offset, length),
};

/** Names, or pairs: nested in RESP3, flat in RESP2. */
function replyHeader({ reply }: Call, count: number, withValues: boolean): void {
  reply.array(withValues && reply.protocol === 2 ? count * 2 : count);
}
