import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('sets fields with a deadline, or keeps theirs', () => {
  const node = new CommandNode();
  assert.equal(node.run('HSETEX h EX 10 FIELDS 2 a 1 b 2'), 1);
  assert.deepEqual(node.run('HTTL h FIELDS 2 a b'), [10, 10]);
  assert.equal(node.run('HSETEX h KEEPTTL FIELDS 1 a 3'), 1);
  assert.equal(node.run('HSETEX h FIELDS 1 b 4'), 1);
  assert.deepEqual(node.run('HTTL h FIELDS 2 a b'), [10, -1]);
  assert.deepEqual(node.run('HMGET h a b'), ['3', '4']);
  assert.equal(node.run(`HSETEX h PXAT ${node.nowMs} FIELDS 2 a 1 b 2`), 1);
  assert.equal(node.run('EXISTS h'), 0);
});

test('conditions hold for all fields or none is set', () => {
  const node = new CommandNode();
  assert.equal(node.run('HSETEX h FXX FIELDS 1 a 1'), 0);
  assert.equal(node.run('EXISTS h'), 0);
  assert.equal(node.run('HSETEX h FNX FIELDS 1 a 1'), 1);
  assert.equal(node.run('HSETEX h FNX FIELDS 2 b 1 a 2'), 0);
  assert.equal(node.run('HSETEX h FXX FIELDS 2 b 1 a 2'), 0);
  assert.equal(node.run('HSETEX h FXX PX 100 FIELDS 1 a 2'), 1);
  assert.deepEqual(node.run('HGETALL h'), ['a', '2']);
});

test('what it refuses, in the words of Redis', () => {
  const node = new CommandNode();
  const arity = "-ERR wrong number of arguments for 'hsetex' command";
  assert.equal(node.run('HSETEX h FIELDS 2 a 1 b'), arity);
  assert.equal(node.run('HSETEX h FIELDS 1 a 1 b 2'), arity);
  assert.equal(node.run('HSETEX h FIELDS 0 a 1'), '-ERR invalid number of fields');
  assert.equal(
    node.run('HSETEX h EX 1 KEEPTTL FIELDS 1 a 1'),
    '-ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified',
  );
  assert.equal(
    node.run('HSETEX h FNX FXX FIELDS 1 a 1'),
    '-ERR Only one of FXX or FNX arguments can be specified',
  );
  assert.equal(node.run('HSETEX h FOO FIELDS 1 a 1'), '-ERR unknown argument: FOO');
});
