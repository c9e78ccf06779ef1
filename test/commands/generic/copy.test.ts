import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { replayed, sliced, smallNode, whole } from '../in-slices.ts';

test('copies value and deadline', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET a v EX 100'), 'OK');
  assert.equal(node.run('COPY a b'), 1);
  assert.equal(node.run('GET b'), 'v');
  assert.equal(node.run('TTL b'), 100);
  assert.equal(node.run('GET a'), 'v');
  assert.equal(node.run('COPY a b'), 0);
  assert.equal(node.run('SET a w'), 'OK');
  assert.equal(node.run('COPY a b REPLACE'), 1);
  assert.equal(node.run('GET b'), 'w');
  assert.equal(node.run('TTL b'), -1);
  assert.equal(node.run('COPY missing c'), 0);
});

test('a counter goes on by itself in both', () => {
  const node = new CommandNode();
  assert.equal(node.run('INCRBY a 5'), 5);
  assert.equal(node.run('COPY a b'), 1);
  assert.equal(node.run('INCR a'), 6);
  assert.equal(node.run('INCR b'), 6);
  assert.equal(node.run('DECRBY b 10'), -4);
  assert.equal(node.run('GET a'), '6');
});

test('copies to another database', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET a v'), 'OK');
  assert.equal(node.run('COPY a a DB 3'), 1);
  node.client.session.db = 3;
  assert.equal(node.run('GET a'), 'v');
});

test('refuses itself, unknown options and databases', () => {
  const node = new CommandNode();
  assert.equal(node.run('COPY a a'), '-ERR source and destination objects are the same');
  assert.equal(node.run('COPY a a DB 0'), '-ERR source and destination objects are the same');
  assert.equal(node.run('COPY a b what'), '-ERR syntax error');
  assert.equal(node.run('COPY a b DB'), '-ERR syntax error');
  assert.equal(node.run('COPY a b DB 16'), '-ERR DB index is out of range');
  assert.equal(node.run('COPY a b DB -1'), '-ERR DB index is out of range');
  assert.equal(node.run('COPY a b DB x'), '-ERR value is not an integer or out of range');
  assert.equal(
    node.run('COPY a b DB 99999999999'),
    '-ERR value is out of range, value must between -2147483648 and 2147483647',
  );
});

test('of a hash whose last field has expired nothing is copied, and no deadline either', () => {
  for (const keepsDead of [false, true]) {
    const node = new CommandNode();
    if (keepsDead) node.store.keepDead();
    for (const line of ['HSET h f v', 'HPEXPIRE h 10 FIELDS 1 f', 'PEXPIRE h 1000']) node.run(line);
    node.advance(20);
    node.run('COPY h g');
    assert.equal(node.run('TTL g'), -2);
    assert.equal(node.store.keyspace(0).grave.size, 0);
  }
});

test('a large string is copied, and renamed, in slices with its deadline', async () => {
  const bytes = 510_001;
  const node = smallNode(8 * 1024 * 1024);
  whole(node, ['SETRANGE', 'k', bytes - 1, 'x']);
  node.call('SETRANGE', 'k', 300_000, 'in the middle');
  node.run('PEXPIRE k 5000');
  const other = node.rig.connect();
  const change = (): void => void other.send('SETRANGE', 'k', '7', 'new');
  assert.equal(sliced(node, ['COPY', 'k', 'c'], change), 1);
  assert.equal(sliced(node, ['RENAME', 'c', 'd'], change), 'OK');
  const { node: copy, runs } = await replayed(node, 0);
  assert.equal(runs, 2);
  for (const shown of [node, copy]) {
    assert.equal(shown.run('STRLEN d'), bytes);
    assert.equal(shown.run('GETRANGE d 7 9'), 'new');
    assert.equal(shown.run('GETRANGE d 300000 300012'), 'in the middle');
    assert.equal(shown.run('GETRANGE d -2 -1'), '\0x');
    assert.equal(shown.run('PTTL d'), 5000);
    assert.equal(shown.run('EXISTS c'), 0);
  }
});
