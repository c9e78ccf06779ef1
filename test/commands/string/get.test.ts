import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('the value, nil where there is none or it has expired', () => {
  const node = new CommandNode();
  assert.equal(node.run('GET k'), null);
  assert.equal(node.run('SET k v PX 100'), 'OK');
  assert.equal(node.run('GET k'), 'v');
  node.advance(99);
  assert.equal(node.run('GET k'), 'v');
  node.advance(1);
  assert.equal(node.run('GET k'), null);
  assert.equal(node.run('GET'), "-ERR wrong number of arguments for 'get' command");
  assert.equal(node.run('GET a b'), "-ERR wrong number of arguments for 'get' command");
});

test('nil is of the protocol of the client', () => {
  const node = new CommandNode();
  assert.equal(node.bytes('GET', 'k').toString(), '$-1\r\n');
  node.client.session.protocol = 3;
  assert.equal(node.bytes('GET', 'k').toString(), '_\r\n');
});

test('every encoding reads back as it was written', () => {
  const node = new CommandNode();
  for (const value of [
    '',
    '7',
    '-1',
    '1234567890123',
    '9223372036854775807',
    '-9223372036854775808',
    'x'.repeat(70_000),
  ]) {
    node.call('SET', 'k', value);
    assert.equal(node.call('GET', 'k'), value);
  }
});
