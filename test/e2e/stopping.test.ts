import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { until } from '../until.ts';
import { MixedWriter } from './mixed-writer.ts';
import { askOnce, encodeCommand } from './pipeline.ts';
import { ServerProcess } from './server-process.ts';

/** The seed of this run, which scripts/test.mjs prints and TEST_SEED brings back. */
const { TEST_SEED = '1' } = process.env;
const seed = Number(TEST_SEED);

for (const appendfsync of ['everysec', 'always']) {
  describe(`a node under load, appendfsync ${appendfsync}`, () => {
    const server = new ServerProcess();
    const args = ['--set', `persistence.appendfsync=${appendfsync}`];
    const writer = new MixedWriter(appendfsync, seed);

    before(() => server.start(...args));
    after(() => server.stop());

    const interrupt = async (
      signal: 'SIGTERM' | 'SIGKILL',
    ): Promise<{ code: number | null; isInTime: boolean }> => {
      const soon = writer.acknowledged + 300;
      const writing = writer.write(server.port, 100_000);
      const isWritten = () => writer.acknowledged >= soon;
      await Promise.race([until(isWritten), writing]);
      assert.ok(isWritten(), `the connection broke before the signal: ${server.output}`);
      const endMs = performance.now() + 10_000;
      server.signal(signal);
      const code = await server.ended();
      const isInTime = performance.now() < endMs;
      await writing;
      await server.start(...args);
      await writer.recover(server.port);
      const counters = await MixedWriter.readCounters(server.port);
      assert.ok(MixedWriter.possibleCounters([writer]).includes(counters), `seed ${seed}: ${counters}`);
      return { code, isInTime };
    };

    test('loses nothing that was acknowledged when it is killed with -9', async () => {
      await interrupt('SIGKILL');
      await interrupt('SIGKILL');
    });

    test('ends in order within ten seconds at SIGTERM and loses nothing', async () => {
      assert.deepEqual(await interrupt('SIGTERM'), { code: 0, isInTime: true });
    });
  });
}

describe('a node that waits for a client who does not read', () => {
  const server = new ServerProcess();
  before(() => server.start());
  after(() => server.stop());

  test('ends at once at a second signal', async () => {
    await askOnce(server.port, 'SET', 'large', 'x'.repeat(8 * 1024 * 1024));
    const client = connect(server.port, '127.0.0.1');
    await once(client, 'connect');
    client.pause();
    client.write(encodeCommand(['GET', 'large']).repeat(4));
    await until(async () => / cmd=get /.test(String(await askOnce(server.port, 'CLIENT', 'LIST'))));
    server.signal('SIGTERM');
    await until(() => server.output.includes('stopping reason=SIGTERM'));
    server.signal('SIGTERM');
    assert.equal(await server.ended(), 1, 'one that waited until it gives up would end with 0');
    client.destroy();
  });

  test('a directory belongs to one node at a time, and goes on with what it had', async () => {
    await server.start();
    const second = new ServerProcess();
    await assert.rejects(second.start('--dir', server.dir), /in use.*the node ended with 1/s);
    assert.equal(await askOnce(server.port, 'STRLEN', 'large'), 8 * 1024 * 1024);
    await second.stop();
  });
});

describe('a node that is to save and cannot', () => {
  const server = new ServerProcess();
  before(() => server.start('--set', 'persistence.enabled=false'));
  after(() => server.stop());

  test('ends with 1 where it is forced to end', async () => {
    askOnce(server.port, 'SHUTDOWN', 'SAVE', 'FORCE').catch(() => {});
    assert.equal(await server.ended(), 1);
  });
});
