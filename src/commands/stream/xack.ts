// XACK key group id [id ...]: takes entries from what is pending in a group. https://redis.io/commands/xack
import { StreamId } from '../../delta/stream-id.ts';
import type { GroupNote } from '../../store/stream/group-note.ts';
import type { Group } from '../../store/stream/groups.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type Removal, removeNamed } from '../remove-named.ts';
import { findGroup } from './open-group.ts';
import { openStream, openStreamToRead } from './open-stream.ts';
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
/** The group of the open stream, and what is noted of it. */
let group: Group | undefined;
let note: GroupNote | undefined;

function run(call: Call): void {
  openStreamToRead(call, 1);
  removeNamed(call, removal);
}

const removal: Removal = {
  first: 3,
  givesDots: false,
  check: (call, i) => void readId(call, i, id),
  open(call) {
    const streams = openStream(call, 1);
    group = findGroup(call, streams, 2);
    note = group && streams.groupsToWrite().noteAcknowledged(group);
    return group !== undefined;
  },
  remove(call, i) {
    readId(call, i, id);
    if (!call.store.streams.groupsToWrite().acknowledge(group!, id)) return false;
    note!.id(id);
    return true;
  },
  afterSome: ({ store }) => store.streams.recordGroup(note!),
  tell() {},
};
