// What MSET and MSETNX share: puts of all pairs or of none. Memory is checked before the first put, so a refusal for
// lack of it leaves everything as it was; near the limit it errs towards refusing. Only where tombstones and counter
// records that a put must carry along outgrow what was checked can a later put of the same command still fail.
import { CommandError } from '../../base/errors.ts';
import { wrongArguments } from '../../resp/errors.ts';
import { requireRoom } from '../../store/room.ts';
import type { Call } from '../call.ts';

/** Throws where arguments 1 .. are not pairs. */
export function requirePairs(call: Call): void {
  if (call.argc % 2 === 0) throw new CommandError(wrongArguments(call.name));
}

/** Puts every pair of key and value. Throws OOM before the first put. */
export function putPairs(call: Call): void {
  const { argc, store } = call;
  const { lengths, offsets } = call.args;
  requireRoom(store, call.keyspace, call.buf, offsets, lengths, 1, argc);
  for (let i = 1; i < argc; i += 2) call.putString(i, i + 1, 0);
}
