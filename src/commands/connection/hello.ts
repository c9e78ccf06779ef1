// HELLO [protover [AUTH username password] [SETNAME clientname]]: chooses the protocol and says who serves. Nothing
// changes unless all of it is right. https://redis.io/commands/hello
import { CommandError } from '../../base/errors.ts';
import { noProto } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { isWord } from '../keys-of.ts';
import { redisVersion } from '../redis-version.ts';
import type { Protocol } from '../session.ts';
import { admitUser, checkCredentials } from './authenticate.ts';
import { readName } from './client-name.ts';

const helloNoAuth =
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> ' +
  'option can be used to authenticate the client and select the RESP protocol version at the same time';

export const command: CommandSpec = {
  name: 'hello',
  arity: -1,
  flags: ['allow_busy', 'noscript', 'loading', 'stale', 'fast', 'no_auth'],
  group: 'connection',
  since: '6.0.0',
  summary: 'Chooses the protocol and tells about the server.',
  complexity: 'O(1)',
  syntax: '[<protover> [AUTH <username> <password>] [SETNAME <clientname>]]',
  isSecret: (args, i) => i > 2 && (isWord(args, i - 1, 'auth') || isWord(args, i - 2, 'auth')),
  run: hello,
};

function hello(call: Call): void {
  const { session } = call;
  const protocol = call.argc > 1 ? readProtocol(call) : session.protocol;
  let user: string | undefined;
  let password: Buffer | undefined;
  let name: string | undefined;
  for (let i = 2; i < call.argc; i++) {
    if (call.is(i, 'auth') && i + 2 < call.argc) {
      user = call.text(i + 1);
      password = call.bytes(i + 2);
      i += 2;
    } else if (call.is(i, 'setname') && i + 1 < call.argc) {
      name = readName(call, i + 1, 'Client names');
      i += 1;
    } else {
      throw new CommandError(`ERR Syntax error in HELLO option '${call.text(i)}'`);
    }
  }
  if (user !== undefined && password !== undefined) {
    checkCredentials(call, user, password);
    admitUser(call, user);
  }
  if (!session.authenticated) throw new CommandError(helloNoAuth);
  if (name !== undefined) session.name = name;
  session.protocol = protocol;
  call.reply.protocol = protocol;
  describe(call);
}

function readProtocol(call: Call): Protocol {
  const version = call.integer(1, 'ERR Protocol version is not an integer or out of range');
  if (version !== 2 && version !== 3) throw new CommandError(noProto);
  return version;
}

function describe(call: Call): void {
  const { reply, session } = call;
  reply.map(7);
  reply.bulkLatin1('server');
  reply.bulkLatin1('redis');
  reply.bulkLatin1('version');
  reply.bulkLatin1(redisVersion);
  reply.bulkLatin1('proto');
  reply.integer(session.protocol);
  reply.bulkLatin1('id');
  reply.integer(session.id);
  reply.bulkLatin1('mode');
  reply.bulkLatin1('standalone');
  reply.bulkLatin1('role');
  reply.bulkLatin1('master');
  reply.bulkLatin1('modules');
  reply.array(0);
}
