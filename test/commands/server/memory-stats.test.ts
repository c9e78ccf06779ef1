import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulk, Rig } from '../command-rig.ts';

test('MEMORY STATS counts what the arena counts', () => {
  const rig = new Rig();
  const client = rig.connect();
  assert.match(client.send('MEMORY', 'STATS'), /^\*54\r\n\$14\r\npeak\.allocated\r\n:0\r\n/);
  client.send('SET', 'k', 'v');
  const { store } = rig;
  const reply = client.send('MEMORY', 'STATS');
  assert.ok(reply.startsWith('*56\r\n'));
  assert.ok(reply.includes(`${bulk('total.allocated')}:${store.usedBytes}\r\n`));
  assert.ok(reply.includes(`${bulk('dataset.bytes')}:${store.arena.liveBytes}\r\n`));
  assert.ok(reply.includes(`${bulk('keys.count')}:1\r\n`));
  assert.ok(reply.includes(`${bulk('db.0')}*6\r\n${bulk('overhead.hashtable.main')}:8\r\n`));
  assert.ok(reply.includes(`${bulk('peak.percentage')}$3\r\n100\r\n`));
  client.send('HELLO', '3');
  const mapped = client.send('MEMORY', 'STATS');
  assert.ok(mapped.startsWith('%28\r\n'));
  assert.ok(mapped.includes(`${bulk('db.0')}%3\r\n`));
  assert.ok(mapped.includes(`${bulk('peak.percentage')},100\r\n`));
});

/** What `/^(name):(value)$/` finds in INFO, by name. */
function infoRows(text: string): Map<string, string> {
  return new Map(text.split('\r\n').map((line) => line.split(/:(.*)/s) as [string, string]));
}

test('MEMORY STATS has the rows of Redis in its order, and INFO memory says the same', () => {
  const rig = new Rig({ memoryBytes: 8 * 1024 * 1024 });
  const client = rig.connect();
  for (let i = 0; i < 3000; i++) client.send('SET', `k${i}`, 'x'.repeat(500));
  for (let i = 0; i < 3000; i += 2) client.send('DEL', `k${i}`);
  for (let i = 2500; i < 3000; i++) client.send('DEL', `k${i}`);
  const parts = client
    .send('MEMORY', 'STATS')
    .split('\r\n')
    .filter((part) => !/^[$*]/.test(part));
  const rows = new Map<string, number>();
  for (let i = 0; i < parts.length; i++) {
    if (/^[a-z]/.test(parts[i]!) && !parts[i]!.startsWith('db.'))
      rows.set(parts[i]!, Number(parts[i + 1]!.replace(':', '')));
  }
  assert.deepEqual([...rows.keys()], rowsOfRedis);
  const info = infoRows(client.send('INFO', 'memory'));
  for (const [row, line] of sameAs) {
    const [ours, theirs] = [rows.get(row)!, Number.parseFloat(info.get(line) ?? 'NaN')];
    assert.ok(Math.abs(ours - theirs) <= 0.01, `${row} ${ours}, ${line} ${theirs}`);
  }
  const of = (name: string): number => rows.get(name) ?? Number.NaN;
  assert.ok(of('allocator.allocated') < of('allocator.active'));
  assert.ok(of('allocator.active') < of('allocator.resident'), 'what was deleted was touched');
  assert.equal(of('rss-overhead.bytes'), rig.services.host.rssBytes() - of('allocator.resident'));
  assert.equal(of('total.allocated'), of('overhead.total') + of('dataset.bytes'));
});

const rowsOfRedis = [
  'peak.allocated',
  'total.allocated',
  'startup.allocated',
  'replication.backlog',
  'clients.slaves',
  'clients.normal',
  'cluster.links',
  'aof.buffer',
  'lua.caches',
  'functions.caches',
  'overhead.hashtable.main',
  'overhead.hashtable.expires',
  'overhead.hashtable.slot-to-keys',
  'overhead.total',
  'keys.count',
  'keys.bytes-per-key',
  'dataset.bytes',
  'dataset.percentage',
  'peak.percentage',
  'allocator.allocated',
  'allocator.active',
  'allocator.resident',
  'allocator-fragmentation.ratio',
  'allocator-fragmentation.bytes',
  'allocator-rss.ratio',
  'allocator-rss.bytes',
  'rss-overhead.ratio',
  'rss-overhead.bytes',
  'fragmentation',
  'fragmentation.bytes',
];

const sameAs: readonly (readonly [row: string, line: string])[] = [
  ['peak.allocated', 'used_memory_peak'],
  ['total.allocated', 'used_memory'],
  ['startup.allocated', 'used_memory_startup'],
  ['replication.backlog', 'mem_replication_backlog'],
  ['clients.slaves', 'mem_clients_slaves'],
  ['clients.normal', 'mem_clients_normal'],
  ['cluster.links', 'mem_cluster_links'],
  ['aof.buffer', 'mem_aof_buffer'],
  ['overhead.total', 'used_memory_overhead'],
  ['dataset.bytes', 'used_memory_dataset'],
  ['dataset.percentage', 'used_memory_dataset_perc'],
  ['peak.percentage', 'used_memory_peak_perc'],
  ['allocator.allocated', 'allocator_allocated'],
  ['allocator.active', 'allocator_active'],
  ['allocator.resident', 'allocator_resident'],
  ['allocator-fragmentation.ratio', 'allocator_frag_ratio'],
  ['allocator-fragmentation.bytes', 'allocator_frag_bytes'],
  ['allocator-rss.ratio', 'allocator_rss_ratio'],
  ['allocator-rss.bytes', 'allocator_rss_bytes'],
  ['rss-overhead.ratio', 'rss_overhead_ratio'],
  ['rss-overhead.bytes', 'rss_overhead_bytes'],
  ['fragmentation', 'mem_fragmentation_ratio'],
  ['fragmentation.bytes', 'mem_fragmentation_bytes'],
];
