import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../until.ts';
import { MixedWriter } from './mixed-writer.ts';
import { askOnce, encodeCommand } from './pipeline.ts';
import { ServerProcess } from './server-process.ts';

const seed = Date.now() % 1_000_000;

for (const appendfsync of ['everysec', 'always']) {
  describe(`a node under load, appendfsync ${appendfsync}`, () => {
    const server = new ServerProcess();
    const args = ['--set', `persistence.appendfsync=${appendfsync}`];
    const writer = new MixedWriter(appendfsync, seed);

    before(() => server.start(...args));
    after(() => server.stop());

    const interrupt = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
      const soon = writer.acknowledged + 300;
      const writing = writer.write(server.port, 100_000);
      const isWritten = () => writer.acknowledged >= soon;
      await Promise.race([until(isWritten), writing]);
      assert.ok(isWritten(), `the connection broke before the signal: ${server.output}`);
      server.signal(signal);
      const code = await server.ended();
      await writing;
      await server.start(...args);
      await writer.recover(server.port);
      const counters = await MixedWriter.readCounters(server.port);
      assert.ok(MixedWriter.possibleCounters([writer]).includes(counters), `seed ${seed}: ${counters}`);
      return code;
    };

    test('loses nothing that was acknowledged when it is killed with -9', async () => {
      await interrupt('SIGKILL');
      await interrupt('SIGKILL');
    });

    test('ends in order within ten seconds at SIGTERM and loses nothing', async () => {
      const startedMs = Date.now();
      assert.equal(await interrupt('SIGTERM'), 0);
      assert.ok(Date.now() - startedMs < 10_000);
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
    await delay(300);
    server.signal('SIGTERM');
    await delay(300);
    const signalledMs = Date.now();
    server.signal('SIGTERM');
    assert.equal(await server.ended(), 1);
    assert.ok(Date.now() - signalledMs < 2000);
    client.destroy();
  });

  test('a directory belongs to one node at a time, and goes on with what it had', async () => {
    await server.start();
    const second = new ServerProcess();
    await assert.rejects(second.start('--dir', server.dir), /the node ended with 1: .*in use/s);
    assert.equal(await askOnce(server.port, 'STRLEN', 'large'), 8 * 1024 * 1024);
    await second.stop();
  });
});
