// Streams on real nodes: with consumer groups through a kill -9, before and after a snapshot, and on a hub and two
// edges that add to one stream apart.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { until } from '../until.ts';
import { NetworkPlug } from './network-plug.ts';
import { ServerProcess } from './server-process.ts';

const clients: Redis[] = [];

function connect(server: ServerProcess): Redis {
  const redis = new Redis({ port: server.port, commandTimeout: 10_000, maxRetriesPerRequest: 1 });
  clients.push(redis);
  redis.on('error', () => {});
  return redis;
}

after(() => {
  for (const client of clients) client.disconnect();
});

describe('a stream with groups on one node', () => {
  const server = new ServerProcess();
  before(() => server.start());
  after(() => server.stop());

  const shape = async (redis: Redis): Promise<unknown[]> =>
    Promise.all([
      redis.xrange('s', '-', '+'),
      // Without what is told of chunks: they are laid out anew.
      redis.call('XINFO', 'STREAM', 's').then((words) => (words as unknown[]).toSpliced(2, 4)),
      redis.call('XINFO', 'GROUPS', 's'),
      redis.xpending('s', 'g'),
    ]);

  test('comes back whole after a kill -9, from the journal and from a snapshot', async () => {
    let redis = connect(server);
    await redis.xgroup('CREATE', 's', 'g', '0', 'MKSTREAM');
    for (let i = 0; i < 500; i++) await redis.xadd('s', '*', 'sensor', String(i % 7), 'value', `${i}.5`);
    await redis.xreadgroup('GROUP', 'g', 'alice', 'COUNT', 200, 'STREAMS', 's', '>');
    const pending = await redis.xpending('s', 'g', '-', '+', 10);
    const ids = pending.map((row) => String(Array.isArray(row) ? row[0] : row));
    await redis.xack('s', 'g', ids[0]!, ids[3]!);
    await redis.xclaim('s', 'g', 'bob', 0, ids[1]!, ids[2]!);
    await redis.xdel('s', ids[5]!);
    const whole = await shape(redis);
    await server.kill();
    await server.start();
    redis = connect(server);
    assert.deepEqual(await shape(redis), whole);

    await redis.bgsave();
    await until(async () => /rdb_bgsave_in_progress:0/.test(await redis.info('persistence')), 'saved');
    await redis.xadd('s', 'MAXLEN', 300, '*', 'sensor', 'last', 'value', '1');
    await redis.xreadgroup('GROUP', 'g', 'carol', 'COUNT', 50, 'STREAMS', 's', '>');
    const later = await shape(redis);
    await server.kill();
    await server.start();
    redis = connect(server);
    assert.deepEqual(await shape(redis), later);
    assert.equal(await redis.xgroup('DESTROY', 's', 'g'), 1);
  });
});

describe('a stream to which a hub and two edges add', () => {
  const hub = new ServerProcess();
  const [left, right] = [new ServerProcess(), new ServerProcess()];
  let plug: NetworkPlug;
  before(async () => {
    await hub.start('--mode', 'hub', '--node-id', 'hub', '--set', 'hub.port=0');
    plug = await NetworkPlug.to(hub.edgesUrl);
    const quick = ['--set', 'sync.reconnect_initial_delay=50ms', '--set', 'sync.reconnect_max_delay=200ms'];
    await left.start('--node-id', 'left', '--hub-url', plug.url, ...quick);
    await right.start('--node-id', 'right', '--hub-url', hub.edgesUrl, ...quick);
  });
  after(async () => {
    await Promise.all([hub, left, right].map((node) => node.stop()));
    await plug.close();
  });

  test('holds the entries of all in the order of their ids, wakes who waits, and keeps groups at home', async () => {
    const [a, b, h] = [connect(left), connect(right), connect(hub)];
    await a.xadd('s', '*', 'from', 'a');
    await until(async () => (await b.xlen('s')) === 1, 'all have the first');
    await a.xgroup('CREATE', 's', 'g', '0');
    const waiting = connect(right).xread('BLOCK', 10_000, 'STREAMS', 's', '$');
    await until(async () => /blocked_clients:1\r/.test(await b.info('clients')));
    await h.xadd('s', '*', 'from', 'hub');
    const woken = await waiting;
    assert.deepEqual(woken?.[0]?.[1]?.[0]?.[1], ['from', 'hub']);

    plug.pull();
    for (let i = 0; i < 100; i++) {
      await a.xadd('s', '*', 'from', 'a', 'n', String(i));
      await b.xadd('s', '*', 'from', 'b', 'n', String(i));
    }
    await b.xdel('s', String((await b.xrange('s', '-', '+', 'COUNT', 1))[0]?.[0]));
    plug.plugIn();
    const all = async (redis: Redis): Promise<string> => JSON.stringify(await redis.xrange('s', '-', '+'));
    await until(async () => {
      const seen = await Promise.all([a, b, h].map(all));
      return seen[0] === seen[1] && seen[1] === seen[2] && JSON.parse(seen[0]!).length === 201;
    }, 'all agree');
    assert.deepEqual(await b.call('XINFO', 'GROUPS', 's'), []);
    const read = await a.xreadgroup('GROUP', 'g', 'c', 'STREAMS', 's', '>');
    assert.equal((read as [string, unknown[]][])[0]![1].length, 201);
  });
});
