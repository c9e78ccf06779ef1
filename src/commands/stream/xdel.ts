// XDEL key id [id ...]: removes entries; the stream stays, also without any. https://redis.io/commands/xdel
import { StreamId } from '../../delta/stream-id.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openStream } from './open-stream.ts';
import { readId } from './read-id.ts';

export const command: CommandSpec = {
  name: 'xdel',
  arity: -3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'delete'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Removes entries of a stream by their ids.',
  syntax: '<key> <id> [<id> ...]',
  complexity: 'O(1) for each id',
  run,
};

const id = new StreamId();
const last = new StreamId();

function run(call: Call): void {
  const streams = openStream(call, 1);
  let removed = 0;
  if (streams.at !== 0) {
    for (let i = 2; i < call.argc; i++) readId(call, i, id);
    streams.lastId(last);
    for (let i = 2; i < call.argc; i++) if (streams.remove(readId(call, i, id))) removed += 1;
    if (removed > 0) streams.afterRemovals(last);
  }
  call.reply.integer(removed);
  if (removed > 0) call.notify('xdel', 1);
}
