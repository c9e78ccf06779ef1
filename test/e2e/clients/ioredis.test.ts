import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { ServerProcess } from '../server-process.ts';

const server = new ServerProcess();

/** Uses a client and lets go of it, whatever happens. */
async function using(
  protocol: 2 | 3,
  use: (redis: Redis) => Promise<void>,
  password?: string,
): Promise<void> {
  const redis = new Redis({
    port: server.port,
    protocol,
    connectionName: 'probe',
    commandTimeout: 5000,
    maxRetriesPerRequest: 1,
    ...(password === undefined ? {} : { password }),
  });
  redis.on('error', () => {});
  try {
    await use(redis);
  } finally {
    redis.disconnect();
  }
}

describe('ioredis', () => {
  before(() => server.start());
  after(() => server.stop());

  for (const protocol of [2, 3] as const) {
    test(`connects, names itself, reads and writes over RESP${protocol}`, async () => {
      await using(protocol, async (redis) => {
        assert.equal(await redis.set('io:a', '1', 'EX', 100), 'OK');
        assert.equal(await redis.incr('io:a'), 2);
        assert.deepEqual(await redis.mget('io:a', 'io:none'), ['2', null]);
        assert.equal(await redis.client('GETNAME'), 'probe');
        const line = String(await redis.client('INFO'));
        assert.match(line, new RegExp(`resp=${protocol} lib-name=ioredis`));
        assert.match(await redis.info('server'), /redis_version:7\.2\./);
        assert.deepEqual(await redis.config('GET', 'save'), ['save', '']);
      });
    });

    test(`pipelines over RESP${protocol}, errors in their places`, async () => {
      await using(protocol, async (redis) => {
        const pipeline = redis.pipeline();
        for (let i = 0; i < 500; i++) pipeline.set(`io:p${i}`, i);
        pipeline.call('NOSUCH');
        pipeline.get('io:p499');
        const results = (await pipeline.exec()) ?? [];
        assert.equal(results.length, 502);
        assert.match(String(results[500]?.[0]?.message), /^ERR unknown command 'NOSUCH'/);
        assert.deepEqual(results[501], [null, '499']);
      });
    });

    test(`comes back after CLIENT KILL over RESP${protocol}`, async () => {
      await using(protocol, async (redis) => {
        const id = await redis.client('ID');
        const again = new Promise<void>((done) => redis.once('close', () => redis.once('ready', done)));
        await using(2, async (other) => {
          assert.equal(await other.client('KILL', 'ID', id), 1);
        });
        await again;
        assert.notEqual(await redis.client('ID'), id);
        assert.equal(await redis.client('GETNAME'), 'probe');
      });
    });
  }

  test('gives its password', async () => {
    await using(3, async (redis) => {
      await redis.config('SET', 'requirepass', 'secret');
      for (const protocol of [2, 3] as const) {
        await using(protocol, async (other) => assert.equal(await other.ping(), 'PONG'), 'secret');
      }
      await using(2, async (other) => {
        await assert.rejects(other.ping(), /NOAUTH/);
      });
      await redis.config('SET', 'requirepass', '');
    });
  });
});
