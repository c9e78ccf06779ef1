// HSET key field value [field value ...]: sets fields of a hash. https://redis.io/commands/hset
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { putFields } from './put-fields.ts';

export const command: CommandSpec = {
  name: 'hset',
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  keyFlags: ['RW', 'update'],
  onUnheld: () => 'adds',
  group: 'hash',
  since: '2.0.0',
  summary: 'Sets fields of a hash, which is created where there is none.',
  syntax: '<key> <field> <value> [<field> <value>]...',
  complexity: 'O(1) for each field',
  run: (call) => putFields(call, end),
};

function end(call: Call, added: number): void {
  call.notify('hset', 1);
  call.reply.integer(added);
}
