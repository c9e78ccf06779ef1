import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('creates, then grows, and keeps the deadline', () => {
  const node = new CommandNode();
  assert.equal(node.run('APPEND k ab'), 2);
  assert.equal(node.run('EXPIRE k 100'), 1);
  assert.equal(node.run('APPEND k cd'), 4);
  assert.equal(node.run('GET k'), 'abcd');
  assert.equal(node.run('TTL k'), 100);
  assert.equal(node.run('APPEND k ""'), 4);
  assert.equal(node.run('APPEND k'), "-ERR wrong number of arguments for 'append' command");
});

test('grows a number and a counter as text', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET n 1234567890123'), 'OK');
  assert.equal(node.run('APPEND n 4'), 14);
  assert.equal(node.run('GET n'), '12345678901234');
  assert.equal(node.run('INCR c'), 1);
  assert.equal(node.run('APPEND c 0'), 2);
  assert.equal(node.run('GET c'), '10');
  assert.equal(node.run('INCR c'), 11);
});

test('grows a long value piece by piece', () => {
  const node = new CommandNode();
  let expected = '';
  for (let i = 0; i < 3000; i++) {
    const piece = `<${i}>`;
    expected += piece;
    assert.equal(node.call('APPEND', 'k', piece), expected.length);
  }
  assert.equal(node.call('GET', 'k'), expected);
});

test('begins anew over an expired value', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k old PX 10'), 'OK');
  node.advance(10);
  assert.equal(node.run('APPEND k new'), 3);
  assert.equal(node.run('GET k'), 'new');
  assert.equal(node.run('TTL k'), -1);
});

test('keeps to the longest string, which can be changed', () => {
  const node = new CommandNode({ memoryBytes: 4 * 1024 * 1024 });
  node.rig.requestLimits.bulkBytesMax = 1_048_576;
  const half = 'x'.repeat(600_000);
  assert.equal(node.call('APPEND', 'k', half), 600_000);
  assert.equal(node.run(`APPEND k ${half}`), '-ERR string exceeds maximum allowed size (proto-max-bulk-len)');
  assert.equal(node.run('STRLEN k'), 600_000);
});
