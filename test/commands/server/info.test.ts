import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig, type RigClient, textOf } from '../command-rig.ts';
import { smallNode } from '../in-slices.ts';

const info = (client: RigClient, ...sections: string[]): string => textOf(client.send('INFO', ...sections));
const titles = (text: string): string[] => [...text.matchAll(/^# (\w+)\r$/gm)].map((match) => match[1]!);
const field = (text: string, name: string): string | undefined =>
  new RegExp(`^${name.replaceAll('|', '\\|')}:(.*)\r$`, 'm').exec(text)?.[1];

test('INFO shows the sections that are asked for', () => {
  const client = new Rig().connect();
  const all = [
    'Server',
    'Ferrite',
    'Clients',
    'Memory',
    'Persistence',
    'Stats',
    'Replication',
    'CPU',
    'Modules',
  ];
  const byDefault = [...all, 'Errorstats', 'Cluster', 'Keyspace'];
  assert.deepEqual(titles(info(client)), byDefault);
  assert.deepEqual(titles(info(client, 'default')), byDefault);
  for (const word of ['all', 'EVERYTHING']) {
    assert.deepEqual(titles(info(client, word)), [
      ...all,
      'Commandstats',
      'Errorstats',
      'Latencystats',
      'Cluster',
      'Keyspace',
    ]);
  }
  assert.deepEqual(titles(info(client, 'keyspace', 'server', 'nonsense')), ['Server', 'Keyspace']);
  assert.equal(client.send('INFO', 'nonsense'), '$0\r\n\r\n');
  assert.match(info(client, 'server', 'clients'), /^# Server\r\n[^#]+\r\n\r\n# Clients\r\n/);
});

test('INFO is verbatim in RESP3', () => {
  const client = new Rig().connect();
  client.send('HELLO', '3');
  assert.match(client.send('INFO', 'cluster'), /^=\d+\r\ntxt:# Cluster\r\ncluster_enabled:0\r\n\r\n$/);
});

test('INFO has the fields that tools parse', () => {
  const rig = new Rig({ memoryBytes: 1024 * 1024, persistent: true });
  const client = rig.connect();
  client.send('SET', 'a', '1');
  client.send('SET', 'b', '2', 'PX', '100000');
  client.send('SELECT', '3');
  client.send('SET', 'c', '3');
  client.send('GET', 'c');
  client.send('GET', 'none');
  client.send('NOSUCH');
  rig.advance(3000);
  const text = info(client, 'everything');
  const expected: Record<string, string> = {
    redis_version: '7.2.5',
    ferrite_version: '0.1.0',
    redis_mode: 'standalone',
    process_id: '42',
    tcp_port: '6379',
    uptime_in_seconds: '3',
    connected_clients: '1',
    blocked_clients: '0',
    maxmemory: '1048576',
    maxmemory_human: '1.00M',
    maxmemory_policy: 'noeviction',
    used_memory: String(rig.store.usedBytes),
    used_memory_rss: String(50 * 1024 * 1024),
    loading: '0',
    aof_enabled: '1',
    aof_rewrite_in_progress: '0',
    rdb_bgsave_in_progress: '0',
    rdb_changes_since_last_save: '3',
    rdb_last_bgsave_status: 'ok',
    total_connections_received: '7',
    total_commands_processed: '8',
    keyspace_hits: '1',
    keyspace_misses: '1',
    expired_keys: '0',
    total_error_replies: '1',
    errorstat_ERR: 'count=1',
    role: 'master',
    connected_slaves: '0',
    used_cpu_user: '1.500000',
    cluster_enabled: '0',
    db0: 'keys=2,expires=1,avg_ttl=97000',
    db3: 'keys=1,expires=0,avg_ttl=0',
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(field(text, name), value, name);
  assert.equal(field(text, 'db1'), undefined);
  assert.match(
    field(text, 'cmdstat_set') ?? '',
    /^calls=3,usec=\d+,usec_per_call=\d+\.\d\d,rejected_calls=0,failed_calls=0$/,
  );
  assert.match(field(text, 'mem_fragmentation_ratio') ?? '', /^\d+\.\d\d$/);
});

test('INFO tells how many commands are being done in slices, of clients that are gone too', () => {
  const node = smallNode();
  node.call('SADD', 's', ...Array.from({ length: 2000 }, (_, n) => n));
  const looker = node.rig.connect();
  node.bytes('SUNIONSTORE', 'to', 's');
  node.client.closed = true;
  assert.equal(field(info(looker), 'ferrite_commands_in_slices'), '1');
  for (let turns = 0; turns < 1000 && looker.send('EXISTS', 'to') === ':0\r\n'; turns++) {
    node.rig.timers.endTurn();
  }
  assert.equal(looker.send('SCARD', 'to'), ':2000\r\n');
  assert.equal(field(info(looker), 'ferrite_commands_in_slices'), '0');
});

test('INFO counts a subcommand under its own name, and rejections apart from failures', () => {
  const rig = new Rig({ password: 'secret' });
  const client = rig.connect();
  client.send('GET', 'k');
  client.send('AUTH', 'wrong');
  client.send('AUTH', 'secret');
  client.send('GET');
  client.send('CONFIG', 'GET', 'timeout');
  const text = info(client, 'commandstats', 'errorstats');
  assert.match(field(text, 'cmdstat_config|get') ?? '', /^calls=1,/);
  assert.match(
    field(text, 'cmdstat_get') ?? '',
    /^calls=0,usec=0,usec_per_call=0\.00,rejected_calls=2,failed_calls=0$/,
  );
  assert.match(field(text, 'cmdstat_auth') ?? '', /^calls=2,.*,rejected_calls=0,failed_calls=1$/);
  assert.equal(field(text, 'errorstat_NOAUTH'), 'count=1');
  assert.equal(field(text, 'errorstat_WRONGPASS'), 'count=1');
});

test('INFO shows rates, blocked clients, saves in progress and the sync', () => {
  const rig = new Rig({
    persistent: true,
    sync: { status: 'synced', pendingOps: 4, lastSyncMs: 1_767_225_600_000 },
  });
  for (let i = 0; i < 10; i++)
    rig.rates.sample(i * 100, { commands: i * 10, bytesIn: i * 1024, bytesOut: 0 });
  rig.journal.save.inProgress = true;
  const client = rig.connect();
  const other = rig.connect();
  other.session.blocked = true;
  const text = info(client);
  assert.equal(field(text, 'instantaneous_ops_per_sec'), '100');
  assert.equal(field(text, 'instantaneous_input_kbps'), '10.00');
  assert.equal(field(text, 'blocked_clients'), '1');
  assert.equal(field(text, 'rdb_bgsave_in_progress'), '1');
  assert.equal(field(text, 'sync_status'), 'synced');
  assert.equal(field(text, 'sync_pending_ops'), '4');
  assert.equal(field(text, 'sync_last_time'), '1767225600');
});

test('INFO counts the keys that are waited for', () => {
  const rig = new Rig();
  const [a, b, c, asking] = [rig.connect(), rig.connect(), rig.connect(), rig.connect()];
  const names = ['clients_in_timeout_table', 'total_blocking_keys', 'total_blocking_keys_on_nokey'];
  const counts = (): (string | undefined)[] => names.map((name) => field(info(asking, 'clients'), name));
  assert.deepEqual(counts(), ['0', '0', '0']);
  a.send('BLPOP', 'l', 's', '0');
  asking.send('XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM');
  b.send('XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', '0', 'STREAMS', 's', '>');
  c.send('BLPOP', 'l', '5');
  assert.deepEqual(counts(), ['1', '2', '1']);
  asking.send('DEL', 's');
  assert.deepEqual(counts(), ['1', '2', '0']);
  asking.send('RPUSH', 'l', 'x', 'y');
  assert.deepEqual(counts(), ['0', '0', '0']);
});
