import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns members and leaves them', () => {
  const node = new CommandNode();
  assert.equal(node.run('SRANDMEMBER s'), null);
  assert.deepEqual(node.run('SRANDMEMBER s 3'), []);
  node.run('SADD s a b c');
  assert.ok(['a', 'b', 'c'].includes(node.run('SRANDMEMBER s') as string));
  assert.equal(new Set(node.run('SRANDMEMBER s 2') as string[]).size, 2);
  assert.equal((node.run('SRANDMEMBER s 10') as string[]).length, 3);
  assert.equal((node.run('SRANDMEMBER s -10') as string[]).length, 10);
  assert.equal(node.run('SCARD s'), 3);
});

test('the least of all integers is no count', () => {
  const node = new CommandNode();
  node.run('SADD s a');
  node.run('HSET h a 1');
  const refusal =
    '-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807';
  assert.equal(node.run('SRANDMEMBER s -9223372036854775808'), refusal);
  assert.equal(node.run('HRANDFIELD h -9223372036854775808'), refusal);
  assert.deepEqual(node.run('SRANDMEMBER s 9223372036854775807'), ['a']);
});
