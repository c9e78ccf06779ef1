// DUMP key: the value in the form that RESTORE reads, here and in Redis. https://redis.io/commands/dump
import { CommandError } from '../../base/errors.ts';
import { notDumpable } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { isLarge, type Work } from '../large-work.ts';
import { dumpInSteps, dumpPayload } from '../rdb/payload.ts';

export const command: CommandSpec = {
  name: 'dump',
  arity: 2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'generic',
  since: '2.6.0',
  summary: 'Returns the value of a key in the form that RESTORE takes.',
  syntax: '<key>',
  complexity: 'O(N), N being the size of the value',
  run: dump,
};

function dump(call: Call): void {
  const at = call.findRead(1);
  if (at === 0) {
    call.reply.nil();
    return;
  }
  if (isLarge(call.store, at)) call.services.largeWork.run(call, [1], slices);
  else replyPayload(call, dumpPayload(call.store, call.keyspace, at));
}

function* slices(call: Call): Work {
  const { store, keyspace: ks } = call;
  if (call.find(1) === 0) {
    call.reply.nil();
    return true;
  }
  const payload = yield* dumpInSteps({ store, ks, find: () => call.find(1) });
  if (payload === false) return false;
  replyPayload(call, payload);
  return true;
}

function replyPayload({ reply }: Call, payload: Buffer | undefined): void {
  if (payload === undefined) throw new CommandError(notDumpable);
  reply.bulk(payload, 0, payload.length);
}
