import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig, textOf } from '../command-rig.ts';

test('MEMORY USAGE is the block of the entry and its slot', () => {
  const client = new Rig().connect();
  client.send('SET', 'k', 'v');
  // 16 bytes of header, one of key, one of value, in a block of 24, and the slot.
  assert.equal(client.send('MEMORY', 'USAGE', 'k'), ':28\r\n');
  client.send('SET', 'k', 'v', 'EX', '100');
  assert.equal(client.send('MEMORY', 'USAGE', 'k'), ':44\r\n');
  client.send('SET', 'big', 'x'.repeat(1000));
  assert.equal(client.send('MEMORY', 'USAGE', 'big', 'SAMPLES', '5'), ':1028\r\n');
  assert.equal(client.send('MEMORY', 'USAGE', 'nokey'), '$-1\r\n');
  assert.equal(
    client.send('MEMORY', 'USAGE', 'k', 'SAMPLES', 'x'),
    '-ERR value is not an integer or out of range\r\n',
  );
  for (const words of [['SAMPLES', '-1'], ['FOO'], ['SAMPLES'], ['FOO', '1']]) {
    assert.equal(client.send('MEMORY', 'USAGE', 'k', ...words), '-ERR syntax error\r\n');
  }
});

test('MEMORY DOCTOR sees a store that is nearly full', () => {
  const client = new Rig({ memoryBytes: 1024 * 1024 }).connect();
  assert.equal(textOf(client.send('MEMORY', 'DOCTOR')), 'Nothing unusual.\n');
  client.send('HELLO', '3');
  for (let i = 0; !client.send('SET', `k${i}`, 'x'.repeat(4000)).startsWith('-OOM'); i++);
  assert.match(client.send('MEMORY', 'DOCTOR'), /^=\d+\r\ntxt:Over 90 % of the limit/);
});

test('MEMORY MALLOC-STATS and PURGE', () => {
  const rig = new Rig();
  const client = rig.connect();
  client.send('SET', 'k', 'v');
  const live = rig.store.arena.liveBytes;
  assert.match(
    textOf(client.send('MEMORY', 'MALLOC-STATS')),
    new RegExp(`^blocks in use: ${live} bytes$`, 'm'),
  );
  rig.store.flush(rig.store.keyspace(0));
  assert.equal(rig.store.pendingFreeCount, 1);
  assert.equal(client.send('MEMORY', 'PURGE'), '+OK\r\n');
  assert.equal(rig.store.pendingFreeCount, 0);
  assert.equal(rig.store.arena.liveBytes, 0);
  assert.equal(client.send('MEMORY', 'FOO'), "-ERR unknown subcommand 'FOO'. Try MEMORY HELP.\r\n");
});

test('MEMORY USAGE of a large sorted set counts its elements and their order', () => {
  const client = new Rig({ memoryBytes: 16 * 1024 * 1024 }).connect();
  for (let i = 0; i < 5000; i++) client.send('ZADD', 'z', String(i), `member:${i}`);
  const bytes = Number(client.send('MEMORY', 'USAGE', 'z').slice(1));
  assert.ok(bytes > 5000 * 40 && bytes < 5000 * 80, `${bytes}`);
});
