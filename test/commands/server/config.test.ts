import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evictionPolicies } from '../../../src/store/eviction.ts';
import { bulk, Rig } from '../command-rig.ts';
import { CommandNode } from '../harness.ts';

test('CONFIG GET takes globs, several at a time, and gives each parameter once', () => {
  const client = new Rig().connect();
  assert.equal(client.send('CONFIG', 'GET', 'timeout'), `*2\r\n${bulk('timeout')}${bulk('0')}`);
  assert.equal(client.send('config', 'get', 'TIMEOUT'), `*2\r\n${bulk('timeout')}${bulk('0')}`);
  assert.equal(client.send('CONFIG', 'GET', 'nothing*'), '*0\r\n');
  const both = `${bulk('databases')}${bulk('16')}${bulk('timeout')}${bulk('0')}`;
  assert.equal(client.send('CONFIG', 'GET', 'time*', 'databases', 'timeout'), `*4\r\n${both}`);
  client.send('HELLO', '3');
  assert.equal(client.send('CONFIG', 'GET', 'time*', 'databases'), `%2\r\n${both}`);
  assert.equal(client.send('CONFIG', 'GET', 'none'), '%0\r\n');
  assert.equal(client.send('CONFIG', 'GET'), "-ERR wrong number of arguments for 'config|get' command\r\n");
});

test('what clients ask for at connect is there', () => {
  const client = new Rig({ memoryBytes: 1024 * 1024, persistent: true, password: 'secret' }).connect();
  client.send('AUTH', 'secret');
  const value = (name: string): string => client.send('CONFIG', 'GET', name);
  const expected: [string, string][] = [
    ['appendonly', 'yes'],
    ['appendfsync', 'everysec'],
    ['save', ''],
    ['requirepass', ''],
    ['slave-read-only', 'no'],
    ['replica-read-only', 'no'],
    ['tcp-keepalive', '300'],
    ['maxclients', '10000'],
    ['maxmemory', '1048576'],
    ['maxmemory-policy', 'noeviction'],
    ['proto-max-bulk-len', '536870912'],
    ['client-query-buffer-limit', '1073741824'],
    [
      'client-output-buffer-limit',
      'normal 268435456 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
    ],
    ['loglevel', 'notice'],
    ['port', '6379'],
    ['bind', '127.0.0.1'],
    ['dir', '/data'],
  ];
  for (const [name, text] of expected) assert.equal(value(name), `*2\r\n${bulk(name)}${bulk(text)}`);
});

test('CONFIG SET sets all or none', () => {
  const rig = new Rig();
  const client = rig.connect();
  assert.equal(client.send('CONFIG', 'SET', 'timeout', '5', 'maxclients', '7'), '+OK\r\n');
  assert.equal(rig.connectionLimits.idleTimeoutMs, 5000);
  assert.equal(rig.services.clients.maxClients, 7);
  assert.match(client.send('CONFIG', 'SET', 'timeout', '9', 'maxclients', '0'), /^-ERR CONFIG SET failed/);
  assert.equal(rig.connectionLimits.idleTimeoutMs, 5000);
});

test('CONFIG SET maxclients lets be what the node was started with', () => {
  const rig = new Rig();
  rig.services.clients.maxClients = 30_000;
  const client = rig.connect();
  assert.equal(client.send('CONFIG', 'SET', 'maxclients', '30000'), '+OK\r\n');
  assert.match(client.send('CONFIG', 'SET', 'maxclients', '30001'), /^-ERR CONFIG SET failed/);
  assert.equal(client.send('CONFIG', 'SET', 'maxclients', '29999'), '+OK\r\n');
  assert.equal(rig.services.clients.maxClients, 29_999);
});

test('CONFIG SET refuses in Redis words', () => {
  const client = new Rig({ persistent: true }).connect();
  const failed = (name: string, reason: string): string =>
    `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
  const refused: [string[], string][] = [
    [['foo', 'bar'], "ERR Unknown option or number of arguments for CONFIG SET - 'foo'"],
    [['foo', 'bar', 'baz'], 'ERR syntax error'],
    [['maxmemory', 'x'], failed('maxmemory', 'argument must be a memory value')],
    [['maxmemory', '-5'], failed('maxmemory', 'argument must be a memory value')],
    [['port', '3'], failed('port', 'it is decided when the node starts')],
    [['databases', '3'], failed('databases', "can't set immutable config")],
    [['timeout', '1', 'timeout', '2'], failed('timeout', 'duplicate parameter')],
    [['maxclients', 'abc'], failed('maxclients', "argument couldn't be parsed into an integer")],
    [['maxclients', '0'], failed('maxclients', 'argument must be between 1 and 1000000 inclusive')],
    [
      ['maxclients', '20001'],
      failed(
        'maxclients',
        'The operating system is not able to handle the specified number of clients, try with 20000',
      ),
    ],
    [
      ['maxmemory-policy', 'oldest'],
      failed('maxmemory-policy', `argument(s) must be one of the following: ${evictionPolicies.join(', ')}`),
    ],
    [
      ['appendfsync', 'foo'],
      failed('appendfsync', 'argument(s) must be one of the following: always, everysec, no'),
    ],
    [
      ['client-output-buffer-limit', 'foo 1 1 1'],
      failed('client-output-buffer-limit', 'Invalid client class specified in buffer limit configuration.'),
    ],
    [
      ['client-output-buffer-limit', 'normal 1'],
      failed('client-output-buffer-limit', 'Wrong number of arguments in buffer limit configuration.'),
    ],
    [
      ['proto-max-bulk-len', '3'],
      failed('proto-max-bulk-len', 'argument must be between 1048576 and 536870912 inclusive'),
    ],
    [
      ['save', '3600 1'],
      failed('save', 'argument must be empty: snapshots follow persistence.snapshot_size'),
    ],
  ];
  for (const [args, line] of refused) assert.equal(client.send('CONFIG', 'SET', ...args), `-${line}\r\n`);
  assert.equal(
    client.send('CONFIG', 'SET', 'timeout'),
    "-ERR wrong number of arguments for 'config|set' command\r\n",
  );
});

test('maxmemory is the limit of the arena, up to its size', () => {
  const rig = new Rig({ memoryBytes: 8 * 1024 * 1024 });
  const client = rig.connect();
  assert.equal(client.send('CONFIG', 'SET', 'maxmemory', '100001'), '+OK\r\n');
  assert.equal(client.send('CONFIG', 'GET', 'maxmemory'), `*2\r\n${bulk('maxmemory')}${bulk('100001')}`);
  let stored = 0;
  while (client.send('SET', `k${stored}`, 'x'.repeat(1000)) === '+OK\r\n') stored += 1;
  assert.ok(stored > 10 && stored < 100, `${stored} values of 1 KB`);
  assert.match(client.send('SET', 'more', 'x'.repeat(1000)), /^-OOM command not allowed/);
  assert.equal(client.send('CONFIG', 'SET', 'maxmemory', '1mb'), '+OK\r\n');
  assert.equal(client.send('SET', 'more', 'x'.repeat(1000)), '+OK\r\n');
  assert.equal(
    client.send('CONFIG', 'SET', 'maxmemory', '9mb'),
    "-ERR CONFIG SET failed (possibly related to argument 'maxmemory') - " +
      'argument must be at most 8388608, the edge.resources.memory_limit of the start\r\n',
  );
  assert.equal(client.send('CONFIG', 'SET', 'maxmemory', '0'), '+OK\r\n');
  assert.equal(rig.store.limitBytes, 8 * 1024 * 1024);
});

test('the rest of the parameters really set what they name', () => {
  const rig = new Rig({ persistent: true });
  const client = rig.connect();
  const set = (name: string, value: string): void => {
    assert.equal(client.send('CONFIG', 'SET', name, value), '+OK\r\n');
  };
  set('appendfsync', 'ALWAYS');
  assert.equal(rig.fsync.appendfsync, 'always');
  set('proto-max-bulk-len', '2mb');
  assert.equal(rig.requestLimits.bulkBytesMax, 2 * 1024 * 1024);
  set('client-query-buffer-limit', '3000000');
  assert.equal(rig.requestLimits.requestBytesMax, 3_000_000);
  set('client-output-buffer-limit', 'normal 2mb 0 0');
  assert.equal(rig.connectionLimits.outputBytesMax, 2 * 1024 * 1024);
  set('loglevel', 'warning');
  assert.equal(client.send('CONFIG', 'GET', 'loglevel'), `*2\r\n${bulk('loglevel')}${bulk('warning')}`);
  set('save', '');
  set('maxmemory-policy', 'noeviction');
});

test('requirepass can be set, is never shown, and letting go of it lets everybody in', () => {
  const rig = new Rig();
  const client = rig.connect();
  assert.equal(client.send('CONFIG', 'SET', 'requirepass', 'secret'), '+OK\r\n');
  assert.equal(client.send('CONFIG', 'GET', 'requirepass'), `*2\r\n${bulk('requirepass')}${bulk('')}`);
  assert.equal(client.send('PING'), '+PONG\r\n', 'who is in stays in');
  const other = rig.connect();
  assert.equal(other.send('PING'), '-NOAUTH Authentication required.\r\n');
  assert.equal(client.send('CONFIG', 'SET', 'requirepass', ''), '+OK\r\n');
  assert.equal(other.send('PING'), '+PONG\r\n');
});

test('CONFIG RESETSTAT sets the counters back', () => {
  const rig = new Rig();
  const client = rig.connect();
  client.send('GET', 'nokey');
  client.send('NOSUCH');
  assert.equal(rig.services.stats.misses, 1);
  assert.equal(client.send('CONFIG', 'RESETSTAT'), '+OK\r\n');
  const { misses, errors } = rig.services.stats;
  assert.deepEqual({ misses, errors: errors.size }, { misses: 0, errors: 0 });
  assert.equal(rig.services.table.get('get')?.calls, 0);
  assert.equal(client.send('CONFIG', 'FOO'), "-ERR unknown subcommand 'FOO'. Try CONFIG HELP.\r\n");
});

test('what is decided at the start can be set to what it is', () => {
  const client = new Rig().connect();
  for (const [name, value] of [
    ['port', '6379'],
    ['appendonly', 'NO'],
    ['replicaof', ''],
  ] as const) {
    assert.equal(client.send('CONFIG', 'SET', name, value), '+OK\r\n');
  }
  assert.match(client.send('CONFIG', 'SET', 'appendonly', 'yes'), /^-ERR CONFIG SET failed/);
});

test('CONFIG REWRITE writes what has changed, once', () => {
  const rig = new Rig();
  const client = rig.connect();
  assert.equal(client.send('CONFIG', 'REWRITE'), '+OK\r\n');
  client.send('CONFIG', 'SET', 'maxclients', '77', 'timeout', '60', 'proto-max-bulk-len', '512mb');
  client.send('CONFIG', 'SET', 'replica-read-only', 'yes');
  assert.equal(client.send('CONFIG', 'REWRITE'), '+OK\r\n');
  assert.equal(client.send('CONFIG', 'REWRITE'), '+OK\r\n');
  assert.deepEqual(rig.rewritten, [
    { 'server.maxclients': '77', 'server.timeout': '"1m"', 'store.read_only': 'true' },
  ]);
});

test('CONFIG REWRITE names what the file cannot hold and writes the rest, and where there is no file', () => {
  const rig = new Rig();
  const client = rig.connect();
  client.send('CONFIG', 'SET', 'requirepass', 'secret', 'maxclients', '77');
  for (let i = 0; i < 2; i++) {
    assert.match(
      client.send('CONFIG', 'REWRITE'),
      /^-ERR not rewritten, unlike what else was set: requirepass:/,
    );
    assert.deepEqual(rig.rewritten, [{ 'server.maxclients': '77' }]);
  }
  Object.assign(rig.services, { configFile: '' });
  assert.equal(client.send('CONFIG', 'REWRITE'), '-ERR The server is running without a config file\r\n');
});

test('the limits of encodings decide what OBJECT ENCODING answers', () => {
  const client = new Rig().connect();
  client.send('HSET', 'h', 'f', 'v', 'g', 'v');
  client.send('SADD', 's', '1', '2', '3');
  client.send('RPUSH', 'l', 'a', 'b', 'c');
  const encodings = (): string[] =>
    ['h', 's', 'l'].map((key) => client.send('OBJECT', 'ENCODING', key).split('\r\n')[1] ?? '');
  assert.deepEqual(encodings(), ['listpack', 'intset', 'listpack']);
  client.send('CONFIG', 'SET', 'hash-max-listpack-entries', '1', 'set-max-intset-entries', '2');
  client.send('CONFIG', 'SET', 'list-max-ziplist-size', '2', 'set-max-listpack-entries', '2');
  assert.deepEqual(encodings(), ['hashtable', 'hashtable', 'quicklist']);
  assert.equal(client.send('CONFIG', 'GET', 'list-max-listpack-size').split('\r\n')[4], '2');
});

test('maxmemory-clients is bytes or a percentage of maxmemory', () => {
  const node = new CommandNode();
  const { connectionLimits } = node.rig;
  assert.equal(connectionLimits.clientsBytesMax(), Number.POSITIVE_INFINITY);
  assert.equal(node.run('CONFIG SET maxmemory-clients 1mb'), 'OK');
  assert.equal(connectionLimits.clientsBytesMax(), 1024 * 1024);
  assert.equal(node.run('CONFIG SET maxmemory-clients 10%'), 'OK');
  assert.equal(connectionLimits.clientsBytesMax(), node.store.limitBytes / 10);
  assert.deepEqual(node.run('CONFIG GET maxmemory-clients'), ['maxmemory-clients', '10%']);
  assert.match(
    String(node.run('CONFIG SET maxmemory-clients 200%')),
    /percentage argument must be less or equal to 100$/,
  );
  assert.match(
    String(node.run('CONFIG SET maxmemory-clients x')),
    /argument must be a memory or percent value$/,
  );
  assert.equal(node.run('CONFIG SET maxmemory-clients 0'), 'OK');
  assert.equal(connectionLimits.clientsBytesMax(), Number.POSITIVE_INFINITY);
});
