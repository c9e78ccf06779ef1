// ACL: who may do what. The subcommands that speak of one user's rules, of the log and of the file have files of their
// own. https://redis.io/commands/acl-list
import { randomBytes } from 'node:crypto';
import { CommandError } from '../../base/errors.ts';
import { categoryNames } from '../acl-categories.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { subcommandsOf } from '../subcommand.ts';
import { aclDryRun } from './acl-dryrun.ts';
import { aclLoad, aclSave } from './acl-file.ts';
import { aclGetUser } from './acl-getuser.ts';
import { aclLogCommand } from './acl-log-command.ts';
import { refreshClients } from './refresh-clients.ts';
import { bytesOf, defaultName } from './users.ts';

const everybody: readonly CommandFlag[] = ['noscript', 'loading', 'stale'];
const administrators: readonly CommandFlag[] = ['admin', ...everybody];

const subcommand = subcommandsOf({ group: 'server', since: '6.0.0' });

export const command: CommandSpec = {
  name: 'acl',
  arity: -2,
  flags: [],
  group: 'server',
  since: '6.0.0',
  summary: 'Who may do what.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    subcommand('cat', -2, everybody, 'Lists the categories, or what is in one.', '[<category>]', cat),
    subcommand(
      'deluser',
      -3,
      administrators,
      'Deletes users and closes their connections.',
      '<username> ...',
      deleteUser,
    ),
    aclDryRun,
    subcommand('genpass', -2, everybody, 'Makes up a password.', '[<bits>]', generatePassword),
    aclGetUser,
    helpSubcommand('server', '6.0.0'),
    subcommand('list', 2, administrators, 'Lists the users with their rules.', '', list),
    aclLoad,
    aclLogCommand,
    aclSave,
    subcommand(
      'setuser',
      -3,
      administrators,
      'Makes or changes a user by rules, all of them or none.',
      '<username> [<rule> ...]',
      setUser,
      { isSecret: (_args, i) => i > 1 },
    ),
    subcommand('users', 2, administrators, 'Lists the names of the users.', '', users),
    subcommand('whoami', 2, everybody, 'Returns the name of the user of this connection.', '', whoAmI),
  ],
};

const bitsMax = 4096;

function cat(call: Call): void {
  const { reply, services } = call;
  if (call.argc > 3) {
    throw new CommandError(
      `ERR unknown subcommand or wrong number of arguments for '${call.text(1)}'. Try ACL HELP.`,
    );
  }
  const names =
    call.argc === 2
      ? categoryNames
      : services.users.catalog.members(call.text(2).toLowerCase())?.map(({ name }) => name);
  if (names === undefined) throw new CommandError(`ERR Unknown category '${call.text(2)}'`);
  reply.array(names.length);
  for (const name of names) reply.bulkLatin1(name);
}

function deleteUser(call: Call): void {
  const names: string[] = [];
  for (let i = 2; i < call.argc; i++) names.push(call.text(i));
  if (names.includes(defaultName)) throw new CommandError("ERR The 'default' user cannot be removed");
  const deleted = names.filter((name) => call.services.users.remove(name));
  refreshClients(call.services, deleted, call.client);
  call.reply.integer(deleted.length);
}

function generatePassword(call: Call): void {
  if (call.argc > 3) call.wrongArguments();
  const bits = call.argc === 3 ? call.integer(2) : 256;
  if (bits < 1 || bits > bitsMax) {
    throw new CommandError(
      `ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to ${bitsMax}`,
    );
  }
  const digits = Math.ceil(bits / 4);
  call.reply.bulkLatin1(
    randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits),
  );
}

function list(call: Call): void {
  const lines = call.services.users.lines();
  call.reply.array(lines.length);
  for (const line of lines) call.reply.bulkLatin1(line);
}

function setUser(call: Call): void {
  const { users: known } = call.services;
  const rules: string[] = [];
  for (let i = 3; i < call.argc; i++) rules.push(call.bytes(i).toString('latin1'));
  const name = call.text(2);
  known.set(name, rules);
  refreshClients(call.services, [name], call.client);
  call.reply.ok();
}

function users(call: Call): void {
  const names = call.services.users.names();
  call.reply.array(names.length);
  for (const name of names) call.reply.bulkLatin1(bytesOf(name));
}

function whoAmI(call: Call): void {
  call.reply.bulkText(call.session.user);
}
