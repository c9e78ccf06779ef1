// AUTH [username] password: the connection is that user's from now on. https://redis.io/commands/auth
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { admitUser, checkCredentials } from './authenticate.ts';

const noPasswordSet =
  'ERR AUTH <password> called without any password configured for the default user. ' +
  'Are you sure your configuration is correct?';

export const command: CommandSpec = {
  name: 'auth',
  arity: -2,
  flags: ['allow_busy', 'noscript', 'loading', 'stale', 'fast', 'no_auth'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Authenticates the connection.',
  complexity: 'O(N), N being the number of passwords of the user',
  syntax: '[<username>] <password>',
  isSecret: (_args, i) => i > 0,
  run: auth,
};

function auth(call: Call): void {
  if (call.argc > 3) call.syntaxError();
  if (call.argc === 2 && call.services.users.default.noPassword) throw new CommandError(noPasswordSet);
  const user = call.argc === 3 ? call.text(1) : 'default';
  checkCredentials(call, user, call.bytes(call.argc - 1));
  admitUser(call, user);
  call.reply.ok();
}
