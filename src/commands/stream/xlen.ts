// XLEN key: how many entries a stream has. https://redis.io/commands/xlen
import type { CommandSpec } from '../command.ts';
import { readStream } from './open-stream.ts';

export const command: CommandSpec = {
  name: 'xlen',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Tells how many entries a stream has.',
  syntax: '<key>',
  complexity: 'O(1)',
  run: (call) => call.reply.integer(readStream(call, 1)?.size ?? 0),
};
