// ACL GETUSER username: what a user is and may do. Passwords show as their digests.
// https://redis.io/commands/acl-getuser
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { Selector } from './selector.ts';

export const aclGetUser: CommandSpec = {
  name: 'getuser',
  arity: 3,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '6.0.0',
  summary: 'Returns what a user is and may do.',
  syntax: '<username>',
  run: getUser,
};

function getUser(call: Call): void {
  const { reply } = call;
  const user = call.services.users.get(call.text(2));
  if (user === undefined) {
    reply.nil();
    return;
  }
  reply.map(6);
  reply.bulkLatin1('flags');
  reply.set(user.flags.length);
  for (const flag of user.flags) reply.bulkLatin1(flag);
  reply.bulkLatin1('passwords');
  reply.array(user.passwordHashes.length);
  for (const hash of user.passwordHashes) reply.bulkLatin1(hash);
  replyRules(call, user.root);
  reply.bulkLatin1('selectors');
  reply.array(user.moreSelectors.length);
  for (const selector of user.moreSelectors) {
    reply.map(3);
    replyRules(call, selector);
  }
}

function replyRules({ reply }: Call, selector: Selector): void {
  reply.bulkLatin1('commands');
  reply.bulkLatin1(selector.describeCommands());
  reply.bulkLatin1('keys');
  reply.bulkLatin1(selector.describeKeys());
  reply.bulkLatin1('channels');
  reply.bulkLatin1(selector.describeChannels());
}
