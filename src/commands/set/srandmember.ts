// SRANDMEMBER key [count]: random members; with a negative count the same one may come again.
// https://redis.io/commands/srandmember
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type Draw, type Drawn, drawDifferent, readDrawRequest, replyManyDrawn } from '../random-elements.ts';

export const command: CommandSpec = {
  name: 'srandmember',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'set',
  since: '1.0.0',
  summary: 'Returns random members.',
  syntax: '<key> [<count>]',
  complexity: 'O(N) for N members returned',
  run: srandmember,
};

function srandmember(call: Call): void {
  if (call.argc > 3) call.syntaxError();
  const { reply, store } = call;
  const { elements } = store;
  const count = call.argc === 3 ? readDrawRequest(call, '').count : undefined;
  const exists = call.openToRead(1, EntryType.set);
  if (count === undefined) {
    if (!exists) {
      reply.nil();
      return;
    }
    elements.sample(store.random, (name, offset, length) => reply.bulk(name, offset, length));
    return;
  }
  const draw: Draw = {
    type: EntryType.set,
    count,
    header: (own, n) => own.reply.array(n),
    writer: (own) => (name, offset, length) => own.reply.bulk(name, offset, length),
  };
  if (exists && replyManyDrawn(call, draw)) return;
  if (count < 0 && exists) {
    reply.array(-count);
    for (let i = count; i < 0; i++) {
      elements.sample(store.random, (name, offset, length) => reply.bulk(name, offset, length));
    }
    return;
  }
  const drawn: Drawn[] = exists ? drawDifferent(elements, count, store.random) : [];
  reply.array(drawn.length);
  for (const { name } of drawn) reply.bulk(name, 0, name.length);
}
