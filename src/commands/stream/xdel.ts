// XDEL key id [id ...]: removes entries; the stream stays, also without any. https://redis.io/commands/xdel
import { StreamId } from '../../delta/stream-id.ts';
import type { CommandSpec } from '../command.ts';
import { type Removal, removeNamed } from '../remove-named.ts';
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
  run: (call) => removeNamed(call, removal),
};

const id = new StreamId();
const last = new StreamId();

const removal: Removal = {
  first: 2,
  givesDots: true,
  check: (call, i) => void readId(call, i, id),
  open(call) {
    const streams = openStream(call, 1);
    if (streams.at !== 0) streams.lastId(last);
    return streams.at !== 0;
  },
  remove: (call, i) => call.store.streams.remove(readId(call, i, id)),
  afterSome: ({ store }) => store.streams.afterRemovals(last),
  tell: (call) => call.notify('xdel', 1),
};
