// XACK key group id [id ...]: takes entries from what is pending in a group. https://redis.io/commands/xack
import { StreamId } from '../../delta/stream-id.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { findGroup } from './open-group.ts';
import { openStreamToRead } from './open-stream.ts';
import { readId } from './read-id.ts';

export const command: CommandSpec = {
  name: 'xack',
  arity: -4,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'update'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Takes entries from what is pending in a group, and tells how many were.',
  syntax: '<key> <group> <id> [<id> ...]',
  complexity: 'O(1) for each id',
  run,
};

const id = new StreamId();

function run(call: Call): void {
  const streams = openStreamToRead(call, 1);
  const group = findGroup(call, streams, 2);
  if (group === undefined) {
    call.reply.integer(0);
    return;
  }
  for (let i = 3; i < call.argc; i++) readId(call, i, id);
  const groups = streams.groupsToWrite();
  const note = groups.noteAcknowledged(group);
  let acknowledged = 0;
  for (let i = 3; i < call.argc; i++) {
    readId(call, i, id);
    if (!groups.acknowledge(group, id)) continue;
    acknowledged += 1;
    note.id(id);
  }
  if (acknowledged > 0) streams.recordGroup(note);
  call.reply.integer(acknowledged);
}
