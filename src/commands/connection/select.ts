// SELECT index: the database of this connection. https://redis.io/commands/select
import { CommandError } from '../../base/errors.ts';
import { dbOutOfRange } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { databaseAt } from '../keys-of.ts';

export const command: CommandSpec = {
  name: 'select',
  arity: 2,
  flags: ['loading', 'stale', 'fast'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Changes the database of the connection.',
  complexity: 'O(1)',
  syntax: '<index>',
  selects: (args) => databaseAt(args, 1),
  run: select,
};

function select(call: Call): void {
  const index = call.integer(1);
  if (index < 0 || index >= call.services.databases) throw new CommandError(dbOutOfRange);
  call.session.db = index;
  call.reply.ok();
}
