import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';
import { CommandNode } from '../harness.ts';

test('takes at once where there is something', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD z 1 a 2 b'), 2);
  assert.deepEqual(node.run('BZPOPMIN no z 0'), ['z', 'a', '1']);
  assert.deepEqual(node.run('BZPOPMAX z 0'), ['z', 'b', '2']);
  assert.deepEqual(node.run('SET s v'), 'OK');
  assert.deepEqual(
    node.run('BZPOPMIN s 0'),
    '-WRONGTYPE Operation against a key holding the wrong kind of value',
  );
  assert.deepEqual(node.run('BZPOPMIN z -1'), '-ERR timeout is negative');
});

test('who waits passes over a key that came to hold something else', async () => {
  for (const words of [
    ['BZPOPMIN', 'a', 'b', '0'],
    ['BZMPOP', '0', '2', 'a', 'b', 'MIN'],
  ]) {
    const rig = new Rig();
    const [waiter, writer] = [rig.connect(), rig.connect()];
    assert.equal(waiter.send(...words), '');
    assert.equal(writer.send('SET', 'a', 'x'), '+OK\r\n');
    assert.equal(writer.send('ZADD', 'b', '1', 'm'), ':1\r\n');
    assert.match(waiter.lateNow(), /^\*\d\r\n\$1\r\nb\r\n/, words[0]);
  }
});

test('waits until somebody adds', async () => {
  const rig = new Rig();
  const [waiter, writer] = [rig.connect(), rig.connect()];
  assert.equal(waiter.send('BZPOPMAX', 'y', 'z', '0'), '');
  assert.equal(writer.send('ZADD', 'z', '1', 'a', '2', 'b'), ':2\r\n');
  assert.equal(await waiter.later(), '*3\r\n$1\r\nz\r\n$1\r\nb\r\n$1\r\n2\r\n');
  assert.equal(writer.send('ZCARD', 'z'), ':1\r\n');
});
