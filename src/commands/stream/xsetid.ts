// XSETID key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]: an extent. With peers MAXDELETEDID
// only raises what is known of removals. https://redis.io/commands/xsetid
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import {
  entriesAddedNegative,
  noSuchKey,
  setIdBelowDeleted,
  setIdBelowGivenDeleted,
  setIdBelowLength,
  setIdBelowTop,
} from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openStream } from './open-stream.ts';
import { readId } from './read-id.ts';

export const command: CommandSpec = {
  name: 'xsetid',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'update'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Sets the last id of a stream, and what is known of entries that it had.',
  syntax: '<key> <last-id> [ENTRIESADDED <entries-added:integer>] [MAXDELETEDID <max-deleted-id>]',
  complexity: 'O(1)',
  run,
};

const id = new StreamId();
const deleted = new StreamId();
const known = new StreamId();

function run(call: Call): void {
  readId(call, 2, id);
  deleted.set(0, 0, 0, 0);
  let added = -1;
  for (let i = 3; i < call.argc; i += 2) {
    if (i + 1 >= call.argc) call.syntaxError();
    if (call.is(i, 'entriesadded')) {
      added = call.integer(i + 1);
      if (added < 0) throw new CommandError(entriesAddedNegative);
    } else if (call.is(i, 'maxdeletedid')) {
      readId(call, i + 1, deleted);
      if (id.compare(deleted) < 0) throw new CommandError(setIdBelowGivenDeleted);
    } else call.syntaxError();
  }
  const streams = openStream(call, 1);
  if (streams.at === 0) throw new CommandError(noSuchKey);
  if (id.compare(streams.maxDeleted(known)) < 0) throw new CommandError(setIdBelowDeleted);
  if (streams.size > 0) {
    if (id.compare(streams.live.last(known)) < 0) throw new CommandError(setIdBelowTop);
    if (added !== -1 && streams.size > added) throw new CommandError(setIdBelowLength);
  }
  streams.setLast(id, added, deleted);
  call.reply.ok();
  call.notify('xsetid', 1);
}
