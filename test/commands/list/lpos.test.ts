import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { sliced, smallNode, whole } from '../in-slices.ts';

test('finds the first, the nth, from either end, all', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b c 1 2 3 c c'), 8);
  assert.equal(node.run('LPOS l c'), 2);
  assert.equal(node.run('LPOS l 2'), 4);
  assert.equal(node.run('LPOS l c RANK 2'), 6);
  assert.equal(node.run('LPOS l c RANK -1'), 7);
  assert.deepEqual(node.run('LPOS l c COUNT 0'), [2, 6, 7]);
  assert.deepEqual(node.run('LPOS l c COUNT 2'), [2, 6]);
  assert.deepEqual(node.run('LPOS l c RANK -1 COUNT 2'), [7, 6]);
  assert.deepEqual(node.run('LPOS l c COUNT 0 MAXLEN 3'), [2]);
  assert.equal(node.run('LPOS l c MAXLEN 2'), null);
  assert.equal(node.run('LPOS l c RANK -1 MAXLEN 1'), 7);
  assert.equal(node.run('LPOS l none'), null);
  assert.deepEqual(node.run('LPOS l none COUNT 1'), []);
  assert.equal(node.run('LPOS none c'), null);
  assert.deepEqual(node.run('LPOS none c COUNT 1'), []);
});

test('finds across the chunks of a large list', () => {
  const node = new CommandNode();
  for (let i = 0; i < 3000; i++) assert.equal(node.run(`RPUSH big v${i}`), i + 1);
  assert.equal(node.run('LPOS big v2999'), 2999);
  assert.equal(node.run('LPOS big v0 RANK -1'), 0);
  assert.equal(node.run('LPOS big v1500 RANK -1 MAXLEN 1499'), null);
  assert.equal(node.run('LPOS big v1500 RANK -1 MAXLEN 1500'), 1500);
});

test('refuses bad options', () => {
  const node = new CommandNode();
  assert.equal(
    node.run('LPOS l a RANK 0'),
    "-ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
  );
  assert.equal(
    node.run('LPOS l a RANK -9223372036854775808'),
    '-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807',
  );
  assert.equal(node.run('LPOS l a RANK -9223372036854775807'), null);
  assert.equal(node.run('LPOS l a COUNT -1'), "-ERR COUNT can't be negative");
  assert.equal(node.run('LPOS l a MAXLEN -1'), "-ERR MAXLEN can't be negative");
  assert.equal(node.run('LPOS l a RANK x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('LPOS l a COUNT'), '-ERR syntax error');
  assert.equal(node.run('LPOS l a WHAT 1'), '-ERR syntax error');
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(node.run('LPOS s a'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
});

test('what is far behind the beginning of a large list is looked for in slices', () => {
  const node = smallNode();
  whole(node, [
    'RPUSH',
    'l',
    ...Array.from({ length: 12_000 }, (_, n) => (n % 1000 === 999 ? 'x' : `e${n}`)),
  ]);
  assert.equal(node.bytes('LPOS', 'l', 'e3').toString(), ':3\r\n');
  assert.equal(node.bytes('LPOS', 'l', 'x', 'COUNT', 0, 'MAXLEN', 1500).toString(), '*1\r\n:999\r\n');
  for (const words of [
    'LPOS l e11000',
    'LPOS l x COUNT 0',
    'LPOS l e11000 COUNT 0',
    'LPOS l e100 COUNT 0 RANK -1',
    'LPOS l x RANK -12',
    'LPOS l x RANK 5 COUNT 3',
    'LPOS l no',
  ]) {
    const parts = words.split(' ');
    assert.deepEqual(sliced(node, parts), whole(node, parts), words);
    const changed = sliced(node, parts, () => {
      const [other, more] = [node.rig.connect(), node.rig.connect()];
      other.send('LPOP', 'l');
      more.send('LPOS', 'l', 'e7000');
      node.rig.timers.endTurn();
    });
    assert.deepEqual(changed, whole(node, parts), words);
  }
});
