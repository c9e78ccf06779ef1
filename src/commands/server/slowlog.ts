// SLOWLOG: the newest commands that took long. https://redis.io/commands/slowlog
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';

const flags: readonly CommandFlag[] = ['admin', 'loading', 'stale'];
const shared = { flags, group: 'server', since: '2.2.12' } as const;
const countRefusal = 'ERR count should be greater than or equal to -1';

export const command: CommandSpec = {
  name: 'slowlog',
  arity: -2,
  flags: [],
  group: 'server',
  since: '2.2.12',
  summary: 'The newest commands that took long.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    {
      ...shared,
      name: 'get',
      arity: -2,
      summary: 'Returns the newest slow commands, ten where no number is given, all for -1.',
      syntax: '[<count>]',
      complexity: 'O(N), N being the number of entries returned',
      run: get,
    },
    helpSubcommand('server', '6.2.0'),
    { ...shared, name: 'len', arity: 2, summary: 'Counts the entries.', complexity: 'O(1)', run: length },
    {
      ...shared,
      name: 'reset',
      arity: 2,
      summary: 'Forgets all entries.',
      complexity: 'O(N), N being the number of entries',
      run: reset,
    },
  ],
};

const countDefault = 10;

function get(call: Call): void {
  const { reply, services } = call;
  if (call.argc > 3) {
    throw new CommandError(
      `ERR unknown subcommand or wrong number of arguments for '${call.text(1)}'. Try SLOWLOG HELP.`,
    );
  }
  const count = call.argc === 3 ? call.integer(2, countRefusal) : countDefault;
  if (count < -1) throw new CommandError(countRefusal);
  const entries = services.slowLog.newest(count === -1 ? services.slowLog.length : count);
  reply.array(entries.length);
  for (const { id, atSeconds, usec, args, address, name } of entries) {
    reply.array(6);
    reply.integer(id);
    reply.integer(atSeconds);
    reply.integer(usec);
    reply.array(args.length);
    for (const arg of args) reply.bulk(arg, 0, arg.length);
    reply.bulkText(address);
    reply.bulkText(name);
  }
}

function length(call: Call): void {
  call.reply.integer(call.services.slowLog.length);
}

function reset(call: Call): void {
  call.services.slowLog.reset();
  call.reply.ok();
}
