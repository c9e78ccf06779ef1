// ACL DRYRUN username command [argument ...]: whether that user could run that request, without running it.
// https://redis.io/commands/acl-dryrun
import { CommandError } from '../../base/errors.ts';
import { wrongArguments } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { CommandEntry } from '../command-table.ts';

/** Where the request asked about begins. */
const base = 3;

export const aclDryRun: CommandSpec = {
  name: 'dryrun',
  arity: -4,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '7.0.0',
  summary: 'Tells whether a user could run a request.',
  syntax: '<username> <command> [<argument> ...]',
  run: dryRun,
};

function dryRun(call: Call): void {
  const user = call.services.users.get(call.text(2));
  if (user === undefined) throw new CommandError(`ERR User '${call.text(2)}' not found`);
  const entry = find(call);
  const argc = call.argc - base;
  if (entry.arity > 0 ? argc !== entry.arity : argc < -entry.arity) {
    throw new CommandError(wrongArguments(entry.name));
  }
  const denial = user.check(entry, call.args, base);
  if (denial === undefined) call.reply.ok();
  else if (denial.reason === 'command') {
    call.reply.bulkText(`This user has no permissions to run the '${entry.name}' command`);
  } else {
    call.reply.bulkText(
      `This user has no permissions to access the '${call.text(denial.index)}' ${denial.reason}`,
    );
  }
}

function find(call: Call): CommandEntry {
  const { buf, services } = call;
  const entry = services.table.find(buf, call.offset(base), call.length(base));
  const found =
    entry?.subcommands === undefined || call.argc === base + 1
      ? entry
      : entry.subcommands.find(buf, call.offset(base + 1), call.length(base + 1));
  if (found === undefined) throw new CommandError(`ERR Command '${call.text(base)}' not found`);
  return found;
}
