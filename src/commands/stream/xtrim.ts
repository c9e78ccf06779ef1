// XTRIM key MAXLEN|MINID [=|~] threshold [LIMIT count]: one extent, whatever it removes.
// https://redis.io/commands/xtrim
import type { CommandSpec } from '../command.ts';
import { openStream } from './open-stream.ts';
import { TrimOptions } from './trim-options.ts';

const options = new TrimOptions();

export const command: CommandSpec = {
  name: 'xtrim',
  arity: -4,
  flags: ['write'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'delete'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Removes entries from the beginning of a stream.',
  syntax: '<key> MAXLEN|MINID [=|~] <threshold> [LIMIT <count>]',
  complexity: 'O(N), N being the number of entries removed',
  run: (call) => {
    options.read(call, 2, false);
    options.check(false);
    const streams = openStream(call, 1);
    const removed = streams.at === 0 ? 0 : options.apply(streams);
    call.reply.integer(removed);
    if (removed > 0) call.notify('xtrim', 1);
  },
};
