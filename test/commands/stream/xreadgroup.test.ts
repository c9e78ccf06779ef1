import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';
import { CommandNode } from '../harness.ts';
import { replayed, sliced, whole } from '../in-slices.ts';
import { entryCount, pendingNode, shownGroup, streamNode } from './pending-node.ts';

function withGroup(): CommandNode {
  const node = new CommandNode();
  for (let i = 1; i <= 3; i++) node.run(`XADD s ${i} f ${i}`);
  assert.equal(node.run('XGROUP CREATE s g 0'), 'OK');
  return node;
}

test('gives each entry to one consumer, and again what is pending for it', () => {
  const node = withGroup();
  assert.deepEqual(node.run('XREADGROUP GROUP g a COUNT 2 STREAMS s >'), [
    [
      's',
      [
        ['1-0', ['f', '1']],
        ['2-0', ['f', '2']],
      ],
    ],
  ]);
  assert.deepEqual(node.run('XREADGROUP GROUP g b STREAMS s >'), [['s', [['3-0', ['f', '3']]]]]);
  assert.equal(node.run('XREADGROUP GROUP g b STREAMS s >'), null);
  node.run('XDEL s 2');
  assert.deepEqual(node.run('XREADGROUP GROUP g a STREAMS s 0'), [
    [
      's',
      [
        ['1-0', ['f', '1']],
        ['2-0', null],
      ],
    ],
  ]);
  assert.deepEqual(node.run('XREADGROUP GROUP g b STREAMS s 3'), [['s', []]]);
  assert.deepEqual(node.run('XPENDING s g'), [
    3,
    '1-0',
    '3-0',
    [
      ['a', '2'],
      ['b', '1'],
    ],
  ]);
});

test('a stream that is named again is left out where nothing is left of it', () => {
  const node = withGroup();
  node.run('XGROUP CREATECONSUMER s g a');
  const got = node.run('XREADGROUP GROUP g a COUNT 2 STREAMS s s s s > > 0 >') as [string, string[]][];
  assert.deepEqual(
    got.map(([, entries]) => entries.length),
    [2, 1, 2],
  );
  node.run('XADD s 4 f 4');
  const rest = node.run('XREADGROUP GROUP g a STREAMS s s > >') as [string, string[]][];
  assert.deepEqual(
    rest.map(([, entries]) => entries.length),
    [1],
  );
});

test('NOACK leaves nothing pending', () => {
  const node = withGroup();
  node.run('XREADGROUP GROUP g a NOACK STREAMS s >');
  assert.deepEqual(node.run('XPENDING s g'), [0, null, null, null]);
  assert.equal(node.run('XREADGROUP GROUP g a STREAMS s >'), null);
});

test('names what is not there, and ids that make no sense', () => {
  const node = withGroup();
  assert.match(
    String(node.run('XREADGROUP GROUP h a STREAMS s >')),
    /^-NOGROUP No such key 's' or consumer group 'h'/,
  );
  assert.match(String(node.run('XREADGROUP GROUP g a STREAMS none >')), /^-NOGROUP/);
  assert.match(String(node.run('XREADGROUP GROUP g a STREAMS s $')), /meaningless/);
  node.run('SET k v');
  assert.match(String(node.run('XREADGROUP GROUP g a STREAMS k >')), /WRONGTYPE/);
});

test('waits, in turn with others; the group that goes, and the stream that goes, end the wait', () => {
  const rig = new Rig();
  const [first, second, other] = [rig.connect(), rig.connect(), rig.connect()];
  other.send('xgroup', 'create', 's', 'g', '$', 'mkstream');
  const read = ['xreadgroup', 'group', 'g', 'a', 'block', '0', 'streams', 's', '>'];
  assert.equal(first.send(...read), '');
  assert.equal(second.send(...read), '');
  other.send('xadd', 's', '1', 'f', 'v');
  assert.match(first.lateNow(), /1-0/);
  assert.equal(second.lateNow(), '');
  other.send('xgroup', 'destroy', 's', 'g');
  assert.match(second.lateNow(), /^-NOGROUP/);
  other.send('xgroup', 'create', 's', 'g', '$');
  assert.equal(first.send(...read), '');
  other.send('del', 's');
  assert.match(first.lateNow(), /^-UNBLOCKED the stream key no longer exists/);
});

test('a delivery that does not fit changes nothing', () => {
  const node = new CommandNode({ memoryBytes: 1024 * 1024 });
  node.run('XGROUP CREATE s g 0 MKSTREAM');
  for (let i = 1; ; i++) if (/OOM/.test(String(node.run(`XADD s ${i} f ${'v'.repeat(50)}`)))) break;
  assert.match(String(node.run('XREADGROUP GROUP g a STREAMS s >')), /OOM/);
  assert.deepEqual(node.run('XPENDING s g'), [0, null, null, null]);
});

test('a group may be named like an option: its keys are those behind the word that the command reads', () => {
  const rig = new Rig();
  const [admin, bob] = [rig.connect(), rig.connect()];
  admin.send('ACL', 'SETUSER', 'bob', 'on', 'nopass', '~c', '~STREAMS', '+xreadgroup');
  admin.send('XADD', 'secret', '1', 'f', 'v');
  admin.send('XGROUP', 'CREATE', 'secret', 'STREAMS', '0');
  bob.send('AUTH', 'bob', 'x');
  const request = ['XREADGROUP', 'COUNT', '1', 'GROUP', 'STREAMS', 'c', 'STREAMS', 'secret', '>'];
  assert.match(bob.send(...request), /^-NOPERM No permissions to access a key/);
  assert.equal(admin.send('COMMAND', 'GETKEYS', ...request), '*1\r\n$6\r\nsecret\r\n');
  for (const wrong of [
    ['XREAD', 'STREAMS', 'a', 'b', 'c'],
    ['XREAD', 'COUNT', '1', 'a'],
  ]) {
    const reply = admin.send('COMMAND', 'GETKEYS', ...wrong);
    assert.equal(reply, '-ERR Invalid arguments specified for command\r\n');
  }
});

for (const noAck of [[], ['NOACK']]) {
  test(`very many are given out in slices, as they are at once, ${noAck}`, async () => {
    const words = ['XREADGROUP', 'GROUP', 'g', 'a', ...noAck, 'COUNT', 1900, 'STREAMS', 's', 's', '>', '0'];
    const other = streamNode();
    const expected = whole(other, words);
    const node = streamNode();
    const { rig } = node;
    rig.journal.commit(() => {});
    const seen: string[] = [];
    const reply = sliced(node, words, () => {
      seen.push(rig.connect().send('XACK', 's', 'g', '5'), rig.connect().send('PING'));
      seen.push(rig.connect().send('XADD', 'other', '1', 'f', 'v'));
    });
    assert.deepEqual(seen, ['', '+PONG\r\n', '$3\r\n1-0\r\n'], 'who names the key waits');
    assert.deepEqual(reply, expected);
    other.run('XACK s g 5');
    assert.deepEqual(shownGroup(node), shownGroup(other));
    const copy = await replayed(node, 0);
    assert.equal(copy.runs, 1);
    assert.deepEqual(whole(copy.node, ['XPENDING', 's', 'g']), whole(node, ['XPENDING', 's', 'g']));
    assert.equal(copy.node.run('XLEN other'), 1);
  });
}

test('what is pending for a consumer is read in slices', () => {
  for (const words of [
    ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', '0'],
    ['XREADGROUP', 'GROUP', 'g', 'a', 'COUNT', '1650', 'STREAMS', 's', 's', '0', '600'],
  ]) {
    const [node, other] = [pendingNode(), pendingNode()];
    // Of what is pending for one, a third less is too little to be sliced.
    for (const each of [node, other]) {
      for (let n = 3; n <= entryCount; n += 3) each.run(`XCLAIM s g a 0 ${n} JUSTID`);
      each.advance(10);
    }
    assert.deepEqual(sliced(node, words), whole(other, words));
    assert.deepEqual(shownGroup(node), shownGroup(other));
  }
});

test('who finds, when its turn comes, that another was given all, waits or is told', () => {
  for (const block of [[], ['BLOCK', '0']]) {
    const node = streamNode();
    const words = ['XREADGROUP', 'GROUP', 'g', 'b', ...block, 'STREAMS', 's', '>'];
    const second = node.rig.connect();
    assert.equal(node.bytes('XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', '>').length, 0);
    assert.equal(second.send(...words), '');
    for (let turn = 0; turn < 200; turn++) node.rig.timers.endTurn();
    assert.match(node.client.lateNow(), /2000-0/);
    assert.equal(second.lateNow(), block.length === 0 ? '*-1\r\n' : '');
    if (block.length === 0) continue;
    node.run('XADD s 3000 f v');
    assert.match(second.lateNow(), /3000-0/);
  }
});

test('a group that goes before the turn of its reader is missed', () => {
  const node = streamNode();
  const words = ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', '>'];
  assert.equal(node.bytes(...words).length, 0);
  assert.equal(node.rig.connect().send('XGROUP', 'DESTROY', 's', 'g'), ':1\r\n');
  for (let turn = 0; turn < 5; turn++) node.rig.timers.endTurn();
  assert.match(node.client.lateNow(), /^-NOGROUP/);
});

test('what must be given out at once is, and the log has it as it is', async () => {
  const words = ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', '>'];
  const [node, other] = [streamNode(), streamNode()];
  const expected = whole(other, words);
  const reply = sliced(node, words, () => {
    assert.equal(node.rig.store.atWork.isAny, true);
    node.rig.store.atWork.hurry();
    assert.equal(node.rig.connect().send('XACK', 's', 'g', '1999'), ':1\r\n');
  });
  assert.deepEqual(reply, expected);
  other.run('XACK s g 1999');
  assert.deepEqual(shownGroup(node), shownGroup(other));
  const copy = await replayed(node, 0);
  assert.equal(copy.runs, 0);
  assert.deepEqual(whole(copy.node, ['XPENDING', 's', 'g']), whole(node, ['XPENDING', 's', 'g']));
});

test('deliveries are counted up to 2^32 - 1', () => {
  const node = withGroup();
  node.run('XREADGROUP GROUP g a COUNT 1 STREAMS s >');
  for (const count of ['4294967295', '5000000000', '9223372036854775807']) {
    node.run(`XCLAIM s g a 0 1 RETRYCOUNT ${count} JUSTID`);
    node.run('XREADGROUP GROUP g a STREAMS s 0');
    assert.deepEqual(node.run('XPENDING s g - + 1'), [['1-0', 'a', 0, 4294967295]]);
  }
});

test('what a consumer was given last it was given when it was seen last, after a start too', async () => {
  const node = withGroup();
  node.run('XREADGROUP GROUP g a COUNT 1 STREAMS s >');
  node.advance(5000);
  node.run('XREADGROUP GROUP g a COUNT 1 STREAMS s >');
  const { node: copy } = await replayed(node, 0);
  assert.deepEqual(
    whole(copy, ['XINFO', 'STREAM', 's', 'FULL']),
    whole(node, ['XINFO', 'STREAM', 's', 'FULL']),
  );
});
