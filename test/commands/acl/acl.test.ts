import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulk, Rig, type RigClient } from '../command-rig.ts';
import { parseReply, type Reply } from '../parse-reply.ts';

function ask(client: RigClient, line: string): Reply {
  return parseReply(client.sendBytes(...line.split(' ')), 0)!.value;
}

function errorOf(client: RigClient, ...args: string[]): string {
  return client.send(...args).trimEnd();
}

test('a new user may do nothing, and is let in once it is on', () => {
  const rig = new Rig();
  const admin = rig.connect();
  assert.equal(admin.send('ACL', 'SETUSER', 'alice', '>secret'), '+OK\r\n');
  const client = rig.connect();
  const refusal = '-WRONGPASS invalid username-password pair or user is disabled.\r\n';
  assert.equal(client.send('AUTH', 'alice', 'secret'), refusal);
  admin.send('ACL', 'SETUSER', 'alice', 'on');
  assert.equal(client.send('AUTH', 'alice', 'wrong'), refusal);
  assert.equal(client.send('AUTH', 'alice', 'secret'), '+OK\r\n');
  assert.equal(client.send('GET', 'a'), "-NOPERM User alice has no permissions to run the 'get' command\r\n");
  admin.send('ACL', 'SETUSER', 'alice', '+get', '+acl|whoami', '~a*');
  assert.equal(client.send('GET', 'a'), '$-1\r\n');
  assert.equal(client.send('ACL', 'WHOAMI'), bulk('alice'));
  assert.equal(client.send('GET', 'b'), '-NOPERM No permissions to access a key\r\n');
  assert.equal(
    client.send('ACL', 'LIST'),
    "-NOPERM User alice has no permissions to run the 'acl|list' command\r\n",
  );
  assert.equal(client.send('RESET'), '+RESET\r\n');
  assert.equal(client.send('ACL', 'WHOAMI'), bulk('default'));
});

test('the default user may be bound too, from the next request on', () => {
  const rig = new Rig();
  const client = rig.connect();
  const other = rig.connect();
  assert.equal(client.session.permissions, undefined);
  client.send('ACL', 'SETUSER', 'default', '-set');
  assert.match(other.send('SET', 'a', '1'), /^-NOPERM/);
  assert.match(rig.connect().send('SET', 'a', '1'), /^-NOPERM/);
  client.send('ACL', 'SETUSER', 'default', '+@all');
  assert.equal(other.session.permissions, undefined);
  client.send('ACL', 'SETUSER', 'default', 'resetpass', '>x');
  assert.match(rig.connect().send('GET', 'a'), /^-NOAUTH/);
  assert.equal(other.send('GET', 'a'), '$-1\r\n');
  assert.equal(rig.connect().send('AUTH', 'x'), '+OK\r\n');
});

test('connections of deleted users are closed', () => {
  const rig = new Rig();
  const admin = rig.connect();
  admin.send('ACL', 'SETUSER', 'alice', 'on', 'nopass', '+@all', '~*');
  const client = rig.connect();
  client.send('AUTH', 'alice', 'whatever');
  assert.equal(admin.send('ACL', 'DELUSER', 'alice', 'nobody'), ':1\r\n');
  assert.equal(client.closed, true);
  assert.equal(admin.closed, false);
  assert.equal(errorOf(admin, 'ACL', 'DELUSER', 'default'), "-ERR The 'default' user cannot be removed");
});

test('users are listed with their rules and without their passwords', () => {
  const client = new Rig().connect();
  client.send('ACL', 'SETUSER', 'alice', 'on', '>secret', '~a*', '%R~b', '&c', '+@read', '(+set ~x)');
  const digest = '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b';
  assert.deepEqual(ask(client, 'ACL LIST'), [
    `user alice on #${digest} ~a* %R~b resetchannels &c -@all +@read (~x resetchannels -@all +set)`,
    'user default on nopass ~* &* +@all',
  ]);
  assert.deepEqual(ask(client, 'ACL USERS'), ['alice', 'default']);
});

test('GENPASS makes as many digits as bits need', () => {
  const client = new Rig().connect();
  assert.match(client.send('ACL', 'GENPASS'), /^\$64\r\n[0-9a-f]{64}\r\n$/);
  assert.match(client.send('ACL', 'GENPASS', '5'), /^\$2\r\n[0-9a-f]{2}\r\n$/);
  assert.notEqual(client.send('ACL', 'GENPASS'), client.send('ACL', 'GENPASS'));
  for (const bits of ['0', '-1', '4097'])
    assert.match(client.send('ACL', 'GENPASS', bits), /^-ERR ACL GENPASS/);
});

test('CAT lists categories and what is in them', () => {
  const client = new Rig().connect();
  const categories = ask(client, 'ACL CAT');
  assert.ok(Array.isArray(categories) && categories.includes('keyspace'));
  const scripting = ask(client, 'ACL CAT scripting');
  assert.ok(Array.isArray(scripting) && scripting.includes('function|list'));
  assert.equal(errorOf(client, 'ACL', 'CAT', 'foo'), "-ERR Unknown category 'foo'");
  assert.equal(
    errorOf(client, 'ACL', 'CAT', 'foo', 'bar'),
    "-ERR unknown subcommand or wrong number of arguments for 'CAT'. Try ACL HELP.",
  );
});

test('rules that are none change nothing and are answered in the words of Redis', () => {
  const client = new Rig().connect();
  const said = (...rules: string[]): string => errorOf(client, 'ACL', 'SETUSER', 'u', ...rules);
  const wrong = (rule: string, reason: string): void => {
    assert.equal(said('on', rule), `-ERR Error in ACL SETUSER modifier '${rule}': ${reason}`);
  };
  wrong('foo', 'Syntax error');
  wrong('+foo', 'Unknown command or category name in ACL');
  wrong('+@foo', 'Unknown command or category name in ACL');
  wrong('+config|get|x', 'Allowing first-arg of a subcommand is not supported');
  wrong('+get|a|b', 'Unknown command or category name in ACL');
  wrong('+config|foo', 'Unknown command or category name in ACL');
  wrong('-select|0', 'Unknown command or category name in ACL');
  wrong(')', 'Syntax error');
  wrong('(foo)', 'Syntax error');
  wrong('%Z~c', 'Syntax error');
  assert.match(
    said('~*', '~a'),
    /modifier '~a': Adding a pattern after the \* pattern \(or the 'allkeys' flag\)/,
  );
  assert.match(
    said('&*', '&a'),
    /modifier '&a': Adding .* Try 'resetchannels' to start with an empty list of channels$/,
  );
  assert.equal(said('('), "-ERR Unmatched parenthesis in acl selector starting at '('.");
  assert.equal(said('(~a', '+get'), "-ERR Unmatched parenthesis in acl selector starting at '(~a +get'.");
  assert.equal(
    errorOf(client, 'ACL', 'SETUSER', 'a b'),
    "-ERR Usernames can't contain spaces or null characters",
  );
  assert.equal(client.send('ACL', 'GETUSER', 'u'), '$-1\r\n');
});

test('no error shows anything of a password', () => {
  const client = new Rig().connect();
  for (const rule of ['<secret', '#secret', '!secret']) {
    const error = client.send('ACL', 'SETUSER', 'u', rule);
    assert.match(error, /^-ERR Error in ACL SETUSER modifier '[<#!]\*\*\*': The password/);
    assert.ok(!error.includes('secret'));
  }
});

test('keys may be for reading or for writing only', () => {
  const rig = new Rig();
  rig.connect().send('ACL', 'SETUSER', 'u', 'on', 'nopass', '+@all', '%R~r*', '%W~w*');
  const client = rig.connect();
  client.send('AUTH', 'u', 'x');
  assert.equal(client.send('GET', 'r1'), '$-1\r\n');
  assert.match(client.send('SET', 'r1', 'v'), /^-NOPERM/);
  assert.equal(client.send('SET', 'w1', 'v'), '+OK\r\n');
  assert.match(client.send('SET', 'w1', 'v', 'GET'), /^-NOPERM/);
  assert.match(client.send('GET', 'w1'), /^-NOPERM/);
  assert.equal(client.send('COPY', 'r1', 'w1'), ':0\r\n');
  assert.match(client.send('COPY', 'w1', 'r1'), /^-NOPERM/);
  assert.equal(client.send('EXISTS', 'w1', 'r1'), ':1\r\n');
  assert.match(client.send('EXISTS', 'x'), /^-NOPERM/);
});

test('selectors do not add up', () => {
  const rig = new Rig();
  rig.connect().send('ACL', 'SETUSER', 'u', 'on', 'nopass', '(+set ~w*)', '(+get', '~r*)');
  const client = rig.connect();
  client.send('AUTH', 'u', 'x');
  assert.equal(client.send('SET', 'w', 'v'), '+OK\r\n');
  assert.equal(client.send('GET', 'r'), '$-1\r\n');
  assert.match(client.send('GET', 'w'), /^-NOPERM.*key/);
  assert.match(client.send('SET', 'r', 'v'), /^-NOPERM.*key/);
  assert.match(client.send('DEL', 'r'), /^-NOPERM.*'del'/);
});

test('subscribers who lose their channels are closed, the others stay', () => {
  const rig = new Rig();
  const admin = rig.connect();
  admin.send('ACL', 'SETUSER', 'u', 'on', 'nopass', '+@pubsub', '&a', '&b*');
  const subscribed = (...args: string[]): RigClient => {
    const client = rig.connect();
    client.send('AUTH', 'u', 'x');
    client.send(...args);
    return client;
  };
  const stays = subscribed('SUBSCRIBE', 'a');
  const goes = [
    subscribed('SUBSCRIBE', 'b1'),
    subscribed('PSUBSCRIBE', 'b*'),
    subscribed('SSUBSCRIBE', 'b2'),
  ];
  assert.match(stays.send('SUBSCRIBE', 'c'), /^-NOPERM.*channel/);
  admin.send('ACL', 'SETUSER', 'u', '&d');
  assert.ok(goes.every((client) => !client.closed));
  admin.send('ACL', 'SETUSER', 'u', 'resetchannels', '&a');
  assert.ok(goes.every((client) => client.closed));
  assert.equal(stays.closed, false);
});

test('what is refused in a transaction is logged as such, also when it was queued before', () => {
  const rig = new Rig();
  const admin = rig.connect();
  admin.send('ACL', 'SETUSER', 'u', 'on', 'nopass', '+multi', '+exec', '+incr', '~*');
  const client = rig.connect();
  client.send('AUTH', 'u', 'x');
  client.send('MULTI');
  assert.equal(client.send('INCR', 'a'), '+QUEUED\r\n');
  admin.send('ACL', 'SETUSER', 'u', '-incr');
  assert.match(client.send('EXEC'), /^\*1\r\n-NOPERM/);
  assert.equal(admin.send('EXISTS', 'a'), ':0\r\n');
  assert.match(admin.send('ACL', 'LOG'), /multi/);
});
