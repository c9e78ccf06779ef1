// XGROUP CREATE | SETID | DESTROY | CREATECONSUMER | DELCONSUMER: the consumer groups of a stream, which are this
// node's own. https://redis.io/commands/xgroup
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { entriesReadNegative, groupExists, streamMissing, wrongSubcommand } from '../../resp/errors.ts';
import { GroupOp } from '../../store/stream/group-note.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { subcommandsOf } from '../subcommand.ts';
import { findGroup, joinConsumer, readName, requireGroup } from './open-group.ts';
import { openStream } from './open-stream.ts';
import { readBound, readId } from './read-id.ts';

const grows: readonly CommandFlag[] = ['write', 'denyoom'];
const writes: readonly CommandFlag[] = ['write'];
const byPending = 'O(N), N being what is pending';
const subcommand = subcommandsOf({
  group: 'stream',
  since: '5.0.0',
  keys: { first: 2, last: 2, step: 1 },
  complexity: 'O(1)',
});

export const command: CommandSpec = {
  name: 'xgroup',
  arity: -2,
  flags: [],
  group: 'stream',
  since: '5.0.0',
  summary: 'Makes, changes and removes consumer groups.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    subcommand(
      'create',
      -5,
      grows,
      'Makes a group, and with MKSTREAM the stream.',
      '<key> <group> (<id>|$) [MKSTREAM] [ENTRIESREAD <entries-read:integer>]',
      create,
      { keyFlags: ['RW', 'insert'] },
    ),
    subcommand(
      'createconsumer',
      5,
      grows,
      'Makes a consumer in a group.',
      '<key> <group> <consumer>',
      createConsumer,
      { keyFlags: ['RW', 'insert'], since: '6.2.0' },
    ),
    subcommand(
      'delconsumer',
      5,
      writes,
      'Removes a consumer with all that is pending for it, and tells how much that was.',
      '<key> <group> <consumer>',
      deleteConsumer,
      { keyFlags: ['RW', 'delete'], complexity: byPending },
    ),
    subcommand('destroy', 4, writes, 'Removes a group.', '<key> <group>', destroy, {
      keyFlags: ['RW', 'delete'],
      complexity: byPending,
    }),
    helpSubcommand('stream', '5.0.0'),
    subcommand(
      'setid',
      -5,
      writes,
      'Sets up to where a group has read.',
      '<key> <group> (<id>|$) [ENTRIESREAD <entries-read:integer>]',
      setId,
      { keyFlags: ['RW', 'update'] },
    ),
  ],
};

const id = new StreamId();

/** The stream in argument 2. Throws where there is none. */
function openExisting(call: Call): Streams {
  const streams = openStream(call, 2);
  if (streams.at === 0) throw new CommandError(streamMissing);
  return streams;
}

/** MKSTREAM and ENTRIESREAD. */
function readOptions(
  call: Call,
  makes: boolean,
): { readonly makeStream: boolean; readonly entriesRead: number } {
  let makeStream = false;
  let entriesRead = -1;
  for (let i = 5; i < call.argc; i++) {
    if (makes && call.is(i, 'mkstream')) makeStream = true;
    else if (i + 1 < call.argc && call.is(i, 'entriesread')) {
      entriesRead = call.integer(++i);
      if (entriesRead < -1) throw new CommandError(entriesReadNegative);
    } else throw new CommandError(wrongSubcommand(call.text(1), 'XGROUP'));
  }
  return { makeStream, entriesRead };
}

/**
 * The id in argument 4; `$`: the last one of the open stream, `-` and `+`, where they may stand: the least, the
 * greatest.
 */
function readPlace(call: Call, streams: Streams, allowsEnds: boolean): StreamId {
  if (allowsEnds && (call.is(4, '-') || call.is(4, '+'))) return readBound(call, 4, id, false);
  if (!call.is(4, '$')) return readId(call, 4, id);
  return streams.at === 0 ? id.set(0, 0, 0, 0) : streams.lastId(id);
}

function create(call: Call): void {
  const { makeStream, entriesRead } = readOptions(call, true);
  const streams = openStream(call, 2);
  if (streams.at === 0 && !makeStream) throw new CommandError(streamMissing);
  readPlace(call, streams, false);
  if (findGroup(call, streams, 3) !== undefined) throw new CommandError(groupExists);
  if (streams.at === 0) streams.makeEmpty();
  const groups = streams.groupsToWrite();
  const group = groups.create(call.bytes(3), id, entriesRead);
  streams.recordGroup(groups.noteGroup(GroupOp.create, group));
  call.reply.ok();
  call.notify('xgroup-create', 2);
}

function setId(call: Call): void {
  const { entriesRead } = readOptions(call, false);
  const streams = openExisting(call);
  const group = requireGroup(call, streams, 2, 3);
  group.lastId.copy(readPlace(call, streams, true));
  group.entriesRead = entriesRead;
  streams.recordGroup(streams.groupsToWrite().noteGroup(GroupOp.set, group));
  call.reply.ok();
  call.notify('xgroup-setid', 2);
}

function destroy(call: Call): void {
  const streams = openExisting(call);
  const group = findGroup(call, streams, 3);
  call.reply.integer(group === undefined ? 0 : 1);
  if (group === undefined) return;
  const groups = streams.groupsToWrite();
  groups.destroy(group);
  streams.recordGroup(groups.noteDestroyed(group));
  call.notify('xgroup-destroy', 2);
}

function createConsumer(call: Call): void {
  const streams = openExisting(call);
  const group = requireGroup(call, streams, 2, 3);
  const isNew = !group.consumers.has(readName(call, 4));
  if (isNew) joinConsumer(call, streams, group, 4, 2);
  call.reply.integer(isNew ? 1 : 0);
}

function deleteConsumer(call: Call): void {
  const streams = openExisting(call);
  const group = requireGroup(call, streams, 2, 3);
  const consumer = group.consumers.get(readName(call, 4));
  call.reply.integer(consumer?.pending ?? 0);
  if (consumer === undefined) return;
  const groups = streams.groupsToWrite();
  groups.leave(group, consumer);
  streams.recordGroup(groups.noteLeft(group, consumer));
  call.notify('xgroup-delconsumer', 2);
}
