import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';
import { CommandNode } from '../harness.ts';

test('returns what is behind the ids, a map in RESP3', () => {
  const node = new CommandNode();
  for (let i = 1; i <= 3; i++) node.run(`XADD s ${i} f ${i}`);
  node.run('XADD t 9 g 9');
  assert.deepEqual(node.run('XREAD COUNT 1 STREAMS s t none 1 0 0'), [
    ['s', [['2-0', ['f', '2']]]],
    ['t', [['9-0', ['g', '9']]]],
  ]);
  assert.equal(node.run('XREAD STREAMS s 3'), null);
  assert.equal(node.run('XREAD STREAMS s $'), null);
  assert.match(String(node.run('XREAD STREAMS s t 0')), /Unbalanced XREAD list/);
  assert.match(String(node.run('XREAD STREAMS s >')), /XREADGROUP/);
  node.client.session.protocol = 3;
  assert.match(node.bytes('XREAD', 'STREAMS', 't', '0').toString(), /^%1\r\n\$1\r\nt\r\n\*1/);
});

test('waits for an entry behind what was the last one', () => {
  const rig = new Rig();
  const [waiting, other] = [rig.connect(), rig.connect()];
  other.send('xadd', 's', '5', 'f', 'old');
  assert.equal(waiting.send('xread', 'block', '0', 'streams', 's', 't', '$', '$'), '');
  other.send('xdel', 's', '5');
  assert.equal(waiting.lateNow(), '');
  other.send('xadd', 's', '6', 'f', 'v');
  assert.equal(
    waiting.lateNow(),
    '*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n6-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n',
  );
});

test('gives the last entry of each stream that has one', () => {
  const node = new CommandNode();
  for (let i = 1; i <= 3; i++) node.run(`XADD s ${i} f ${i}`);
  node.run('XADD t 9 g 9');
  assert.deepEqual(node.run('XREAD COUNT 5 STREAMS s none t + + +'), [
    ['s', [['3-0', ['f', '3']]]],
    ['t', [['9-0', ['g', '9']]]],
  ]);
  node.run('XDEL s 3');
  node.run('XDEL t 9');
  assert.deepEqual(node.run('XREAD BLOCK 0 STREAMS s t + 0'), [['s', [['2-0', ['f', '2']]]]]);
  assert.equal(node.run('XREAD STREAMS t +'), null);
  node.run('XGROUP CREATE s g 0');
  assert.match(
    String(node.run('XREADGROUP GROUP g c STREAMS s +')),
    /^-ERR The \+ ID is meaningless in the context of XREADGROUP: .* The \+ ID would just return/,
  );
});

test('waits for the next entry where there is no last one', () => {
  const rig = new Rig();
  const [waiting, other] = [rig.connect(), rig.connect()];
  other.send('xadd', 's', '5', 'f', 'old');
  other.send('xdel', 's', '5');
  assert.equal(waiting.send('xread', 'block', '0', 'streams', 's', 'none', '+', '+'), '');
  other.send('xadd', 's', '6', 'f', 'v');
  assert.equal(
    waiting.lateNow(),
    '*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n6-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n',
  );
});

test('gives up when its time is over, and passes over other types while it waits', () => {
  const rig = new Rig();
  const [waiting, other] = [rig.connect(), rig.connect()];
  assert.equal(waiting.send('xread', 'block', '500', 'streams', 's', '0'), '');
  other.send('set', 's', 'v');
  assert.equal(waiting.lateNow(), '');
  rig.advance(600);
  assert.equal(waiting.lateNow(), '*-1\r\n');
});
