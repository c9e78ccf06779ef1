import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Catalog } from '../../../src/commands/acl/catalog.ts';
import { inOneLine, Users } from '../../../src/commands/acl/users.ts';
import { CommandTable } from '../../../src/commands/command-table.ts';
import { commandList } from '../../../src/commands/list.generated.ts';

const catalog = new Catalog(new CommandTable(commandList));
const bytes = (text: string): Buffer => Buffer.from(text);

test('requirepass is the password of the default user', () => {
  const users = new Users(catalog, 'secret');
  assert.equal(users.isOpen, false);
  assert.equal(users.admits('default', bytes('secret')), true);
  assert.equal(users.admits('default', bytes('secreT')), false);
  assert.equal(users.admits('nobody', bytes('secret')), false);
  users.setDefaultPassword('other');
  assert.equal(users.admits('default', bytes('secret')), false);
  users.setDefaultPassword('');
  assert.equal(users.isOpen, true);
  assert.equal(JSON.stringify(users.lines()).includes('secret'), false);
});

test('passwords can be several, given plain or as digests, and be taken away', () => {
  const users = new Users(catalog);
  const digest = '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b';
  users.set('u', ['on', '>one', `#${digest}`]);
  assert.equal(users.admits('u', bytes('one')), true);
  assert.equal(users.admits('u', bytes('secret')), true);
  users.set('u', ['<one', `!${digest}`]);
  assert.equal(users.admits('u', bytes('one')), false);
  assert.equal(users.admits('u', bytes('secret')), false);
  users.set('u', ['nopass']);
  assert.equal(users.admits('u', bytes('whatever')), true);
  users.set('u', ['>one']);
  assert.equal(users.admits('u', bytes('whatever')), false);
  users.set('u', ['off']);
  assert.equal(users.admits('u', bytes('one')), false);
});

test('lines make the users that they were made of', () => {
  const users = new Users(catalog);
  users.set('u', ['on', '>x', '~a*', '%R~b', '&c', '+@read', '-get', '(~x +set)', '(allkeys)']);
  users.set('jörg', ['nopass', 'skip-sanitize-payload', 'allchannels']);
  const again = new Users(catalog);
  const outcome = again.load(users.lines().join('\n'));
  assert.deepEqual(outcome, { changed: [] });
  assert.deepEqual(again.lines(), users.lines());
  assert.ok(again.names().includes('jörg'));
});

test('a file with a mistake changes nothing and says where it is', () => {
  const users = new Users(catalog);
  users.set('u', ['on']);
  const before = users.lines();
  const outcome = users.load('# users\nuser a on\n\nuser a off\nusr b\nuser c +foo\nuser d (x');
  assert.ok('problems' in outcome);
  assert.equal(
    inOneLine('/f', outcome.problems),
    "/f:4: Duplicate user 'a' found. " +
      '/f:5: the line should be the word user and the name of one, then its rules. ' +
      "/f:6: Error in applying rule '+foo': Unknown command or category name in ACL. " +
      "/f:7: Unmatched parenthesis in acl selector starting at '(x'.. ",
  );
  assert.deepEqual(users.lines(), before);
});

test('loading tells who changed or went, and keeps a default user that no line names', () => {
  const users = new Users(catalog, 'secret');
  users.set('gone', ['on']);
  users.set('same', ['on', '+get']);
  users.set('other', ['on', '+get']);
  const identity = users.get('other');
  const outcome = users.load('user same on resetchannels -@all +get\nuser other off');
  assert.deepEqual(outcome, { changed: ['gone', 'other'] });
  assert.equal(users.get('other'), identity);
  assert.equal(users.admits('default', bytes('secret')), true);
});

test('new users have all channels where that is the default', () => {
  const users = new Users(catalog);
  users.pubsubDefault = 'allchannels';
  users.set('u', []);
  assert.equal(users.lines()[1], 'user u off &* -@all');
});

test('only blanks of ASCII separate words: letters whose UTF-8 ends in the byte A0 are letters', () => {
  const users = new Users(catalog);
  const pattern = Buffer.from('~à*').toString('latin1');
  users.set('àb', [pattern, '&à', `(${pattern}\t+get)`]);
  const again = new Users(catalog);
  assert.deepEqual(again.load(users.lines().join('\r\n')), { changed: [] });
  assert.deepEqual(again.lines(), users.lines());
  for (const name of ['a b', 'a\0', 'a\vb']) assert.throws(() => users.set(name, []), /can't contain spaces/);
});
