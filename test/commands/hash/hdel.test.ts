import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('removes fields, and the key with the last one', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2 c 3');
  assert.equal(node.run('HDEL h a x a'), 1);
  assert.deepEqual(node.run('HKEYS h'), ['b', 'c']);
  assert.equal(node.run('HDEL h b c d'), 2);
  assert.equal(node.run('EXISTS h'), 0);
  assert.equal(node.run('HDEL h b'), 0);
});

test('removes what has expired and is not purged yet, and says so', () => {
  const node = new CommandNode();
  for (const many of [0, 200]) {
    node.run('HSET h a 1');
    for (let i = 0; i < many; i++) node.run(`HSET h n${i} v`);
    node.run(`HPEXPIRE h 10 FIELDS 1 a`);
    node.advance(10);
    assert.equal(node.run('EXISTS h'), 1);
    assert.equal(node.run('TYPE h'), 'hash');
    assert.equal(node.run('HLEN h'), many + 1);
    assert.equal(node.run('HDEL h a'), 1);
    assert.equal(node.run('HDEL h a'), 0);
    assert.equal(node.run('EXISTS h'), many === 0 ? 0 : 1);
    node.run('DEL h');
  }
});
