// HMSET key field value [field value ...]: HSET with another reply. https://redis.io/commands/hmset
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { putFields } from './put-fields.ts';

export const command: CommandSpec = {
  name: 'hmset',
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'update'],
  onUnheld: () => 'adds',
  group: 'hash',
  since: '2.0.0',
  summary: 'Sets fields of a hash.',
  syntax: '<key> <field> <value> [<field> <value>]...',
  complexity: 'O(1) for each field',
  run: (call) => putFields(call, end),
};

function end(call: Call): void {
  call.notify('hset', 1);
  call.reply.ok();
}
