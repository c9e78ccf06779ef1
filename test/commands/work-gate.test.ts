import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExecuteResult } from '../../src/commands/executor.ts';
import { commandsOf, namedKeys } from '../../src/commands/named-keys.ts';
import { WorkGate } from '../../src/commands/work-gate.ts';
import { KeyNames } from '../../src/store/keys-at-work.ts';
import { Rig } from './command-rig.ts';
import { smallNode } from './in-slices.ts';

function rigAtWork(...keys: string[]): Rig {
  const rig = new Rig();
  const { atWork } = rig.store;
  rig.connect().send('MSET', 'busy', '1', 'idle', '2');
  atWork.begin(KeyNames.of(keys.map((key) => ({ db: 0, key: Buffer.from(key) }))), true, () => atWork.end());
  return rig;
}

test('who names a key at work waits until the work has ended; others do not', () => {
  const rig = rigAtWork('busy', 'list');
  assert.ok(rig.services.workGate instanceof WorkGate);
  assert.equal(typeof commandsOf, 'function');
  assert.equal(typeof namedKeys, 'function');
  const [first, second, third] = [rig.connect(), rig.connect(), rig.connect()];
  assert.equal(first.send('INCR', 'busy'), '');
  assert.equal(second.send('MGET', 'idle', 'busy'), '');
  assert.equal(third.send('GET', 'idle'), '$1\r\n2\r\n');
  third.send('SELECT', '1');
  assert.equal(third.send('GET', 'busy'), '$-1\r\n');
  third.send('SELECT', '0');
  third.send('MULTI');
  assert.equal(third.send('GET', 'busy'), '+QUEUED\r\n');
  assert.equal(third.send('EXEC'), '');
  rig.timers.endTurn();
  assert.equal(first.lateNow(), '');
  rig.store.atWork.end();
  rig.timers.endTurn();
  assert.equal(first.lateNow(), ':2\r\n');
  assert.equal(second.lateNow(), '*2\r\n$1\r\n2\r\n$1\r\n2\r\n');
  assert.equal(third.lateNow(), '*1\r\n$1\r\n2\r\n');
});

test('who waits for a key is not served from the midst of work', () => {
  const rig = rigAtWork('list');
  const { atWork } = rig.store;
  atWork.end();
  const [waiting, pushing] = [rig.connect(), rig.connect()];
  waiting.send('BLPOP', 'list', 'second', '0');
  atWork.begin(KeyNames.of([{ db: 0, key: Buffer.from('list') }]), true, () => atWork.end());
  pushing.send('RPUSH', 'second', 'x');
  rig.timers.endTurn();
  assert.equal(waiting.lateNow(), '');
  atWork.end();
  rig.timers.endTurn();
  rig.timers.endTurn();
  assert.equal(waiting.lateNow(), '*2\r\n$6\r\nsecond\r\n$1\r\nx\r\n');
});

test('for who cannot wait the work is done at once', () => {
  const rig = rigAtWork('busy');
  const client = rig.connect();
  client.session.denyBlocking = true;
  assert.equal(client.send('GET', 'busy'), '$1\r\n1\r\n');
  assert.equal(rig.store.atWork.isAny, false);
});

test('a write that had to have work done and committed first is a write all the same', () => {
  const rig = new Rig();
  const { atWork } = rig.store;
  const client = rig.connect();
  rig.connect().send('SET', 'before', 'v');
  const block = rig.store.recorder?.count ?? 0;
  assert.ok(block > 0);
  atWork.begin(KeyNames.of([{ db: 0, key: Buffer.from('busy') }]), true, () => {
    rig.journal.commit(() => {});
    atWork.end();
  });
  client.session.denyBlocking = true;
  client.send('SET', 'busy', 'v');
  assert.equal(client.result, ExecuteResult.write);
});

test('work that waited for other work is on the keys that its database shows by then', async () => {
  const node = smallNode();
  const { rig, store } = node;
  const members = Array.from({ length: 2000 }, (_, n) => `m${n}`);
  for (const db of [0, 1]) {
    node.run(`SELECT ${db}`);
    for (const key of ['a', 'b']) node.call('SADD', key, ...members);
  }
  node.run('SELECT 0');
  const [first, second, swapper, reader] = [rig.connect(), rig.connect(), rig.connect(), rig.connect()];
  assert.equal(first.send('SREM', 'a', ...members), '');
  assert.equal(second.send('SREM', 'b', ...members), '');
  const until = async (isOver: () => boolean): Promise<void> => {
    for (let turns = 0; !isOver(); turns++) {
      assert.ok(turns < 1000);
      rig.timers.endTurn();
      await Promise.resolve();
    }
  };
  await until(() => store.atWork.isAny);
  assert.equal(swapper.send('SWAPDB', '0', '1'), '');
  await until(() => swapper.lateNow() !== '');
  await until(() => store.atWork.isAny);
  assert.equal(second.lateNow(), '');
  assert.equal(reader.send('SCARD', 'b'), '', 'the key is at work');
});
