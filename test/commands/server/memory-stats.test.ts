import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulk, Rig } from '../command-rig.ts';

test('MEMORY STATS counts what the arena counts', () => {
  const rig = new Rig();
  const client = rig.connect();
  assert.match(client.send('MEMORY', 'STATS'), /^\*46\r\n\$14\r\npeak\.allocated\r\n:0\r\n/);
  client.send('SET', 'k', 'v');
  const { store } = rig;
  const reply = client.send('MEMORY', 'STATS');
  assert.ok(reply.startsWith('*48\r\n'));
  assert.ok(reply.includes(`${bulk('total.allocated')}:${store.usedBytes}\r\n`));
  assert.ok(reply.includes(`${bulk('dataset.bytes')}:${store.arena.liveBytes}\r\n`));
  assert.ok(reply.includes(`${bulk('keys.count')}:1\r\n`));
  assert.ok(reply.includes(`${bulk('db.0')}*4\r\n${bulk('overhead.hashtable.main')}:8\r\n`));
  assert.ok(reply.includes(`${bulk('peak.percentage')}$3\r\n100\r\n`));
  client.send('HELLO', '3');
  const mapped = client.send('MEMORY', 'STATS');
  assert.ok(mapped.startsWith('%24\r\n'));
  assert.ok(mapped.includes(`${bulk('db.0')}%2\r\n`));
  assert.ok(mapped.includes(`${bulk('peak.percentage')},100\r\n`));
});
