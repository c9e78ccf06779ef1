// XGROUP CREATE | SETID | DESTROY | CREATECONSUMER | DELCONSUMER: the consumer groups of a stream, which are this node's own.
// https://redis.io/commands/xgroup
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { entriesReadNegative, groupExists, streamMissing, wrongSubcommand } from '../../resp/errors.ts';
import { GroupOp } from '../../store/stream/group-note.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec, KeyFlag } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { findGroup, joinConsumer, readName, requireGroup } from './open-group.ts';
import { openStream } from './open-stream.ts';
import { readBound, readId } from './read-id.ts';

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
      { name: 'create', arity: -5, flags: ['write', 'denyoom'], since: '5.0.0', run: create },
      'insert',
      'Makes a group, and with MKSTREAM the stream.',
      '<key> <group> (<id>|$) [MKSTREAM] [ENTRIESREAD <entries-read:integer>]',
    ),
    subcommand(
      { name: 'createconsumer', arity: 5, flags: ['write', 'denyoom'], since: '6.2.0', run: createConsumer },
      'insert',
      'Makes a consumer in a group.',
      '<key> <group> <consumer>',
    ),
    subcommand(
      { name: 'delconsumer', arity: 5, flags: ['write'], since: '5.0.0', run: deleteConsumer },
      'delete',
      'Removes a consumer with all that is pending for it, and tells how much that was.',
      '<key> <group> <consumer>',
    ),
    subcommand(
      { name: 'destroy', arity: 4, flags: ['write'], since: '5.0.0', run: destroy },
      'delete',
      'Removes a group.',
      '<key> <group>',
    ),
    helpSubcommand('stream', '5.0.0'),
    subcommand(
      { name: 'setid', arity: -5, flags: ['write'], since: '5.0.0', run: setId },
      'update',
      'Sets up to where a group has read.',
      '<key> <group> (<id>|$) [ENTRIESREAD <entries-read:integer>]',
    ),
  ],
};

interface Part {
  readonly name: string;
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  readonly since: string;
  readonly run: (call: Call) => void;
}

function subcommand(part: Part, use: KeyFlag, summary: string, syntax: string): CommandSpec {
  return {
    ...part,
    keys: { first: 2, last: 2, step: 1 },
    keyFlags: ['RW', use],
    group: 'stream',
    summary,
    syntax,
    complexity:
      part.name === 'destroy' || part.name === 'delconsumer' ? 'O(N), N being what is pending' : 'O(1)',
  };
}

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

/** The id in argument 4; `$`: the last one of the open stream, `-` and `+`, where they may stand: the least, the greatest. */
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
