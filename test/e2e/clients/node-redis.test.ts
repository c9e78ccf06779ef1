import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createClient } from 'redis';
import { ServerProcess } from '../server-process.ts';

const server = new ServerProcess();

describe('node-redis', () => {
  before(() => server.start());
  after(() => server.stop());

  for (const RESP of [2, 3] as const) {
    test(`reads and writes over RESP${RESP}`, async () => {
      const client = createClient({ socket: { port: server.port }, RESP, name: 'probe', database: 2 });
      client.on('error', () => {});
      await client.connect();
      try {
        assert.equal(await client.set('nr:a', '1', { expiration: { type: 'EX', value: 100 } }), 'OK');
        assert.equal(await client.incr('nr:a'), 2);
        assert.deepEqual(await client.mGet(['nr:a', 'nr:none']), ['2', null]);
        assert.equal(await client.clientGetName(), 'probe');
        const info = await client.clientInfo();
        assert.deepEqual([info.db, info.resp, info.libName], [2, RESP, 'node-redis']);
        assert.equal({ ...(await client.configGet('maxmemory-policy')) }['maxmemory-policy'], 'noeviction');
        const [get] = await client.commandInfo(['get']);
        assert.deepEqual([get?.name, get?.arity, get?.firstKeyIndex], ['get', 2, 1]);
        assert.equal(typeof (await client.memoryUsage('nr:a')), 'number');
        assert.equal(await client.objectEncoding('nr:a'), 'int');
        assert.deepEqual(await client.sendCommand(['ROLE']), ['master', 0, []]);
        await assert.rejects(client.sendCommand(['NOSUCH']), /^Error: ERR unknown command 'NOSUCH'/);
        const many = await Promise.all(
          Array.from({ length: 500 }, (_, i) => client.set(`nr:p${i}`, String(i))),
        );
        assert.ok(many.every((reply) => reply === 'OK'));
      } finally {
        client.destroy();
      }
    });
  }

  test('gives its password', async () => {
    const admin = createClient({ socket: { port: server.port } });
    admin.on('error', () => {});
    await admin.connect();
    await admin.configSet('requirepass', 'secret');
    const client = createClient({ socket: { port: server.port }, password: 'secret' });
    client.on('error', () => {});
    await client.connect();
    assert.equal(await client.ping(), 'PONG');
    client.destroy();
    await admin.configSet('requirepass', '');
    admin.destroy();
  });
});
