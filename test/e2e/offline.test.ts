import assert from 'node:assert/strict';
import { env } from 'node:process';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Reply } from '../../src/resp/reply-reader.ts';
import { until } from '../until.ts';
import { MixedWriter } from './mixed-writer.ts';
import { NetworkPlug } from './network-plug.ts';
import { askOnce, Pipeline } from './pipeline.ts';
import { ServerProcess } from './server-process.ts';

const patienceMs = 30_000;
const { OFFLINE_SEED: seedGiven } = env;
const quickRetries = [
  '--set',
  'sync.reconnect_initial_delay=50ms',
  '--set',
  'sync.reconnect_max_delay=300ms',
];

/** Every key with its value and deadline, as one line each. */
async function contentOf(port: number): Promise<string[]> {
  const client = await Pipeline.connect(port);
  try {
    const keys = await client.ask('KEYS', '*');
    assert.ok(Array.isArray(keys));
    const rows = keys.map(async (key) => {
      const isHash = String(key).startsWith('hash:');
      const [value, deadline] = await Promise.all([
        client.ask(isHash ? 'HGETALL' : 'GET', String(key)),
        client.ask('PEXPIRETIME', String(key)),
      ]);
      return `${key} ${deadline} ${Array.isArray(value) ? pairsOf(value) : value}`;
    });
    return (await Promise.all(rows)).sort();
  } finally {
    client.close();
  }
}

/** Fields with their values, in order of name. */
function pairsOf(reply: readonly Reply[]): string {
  const pairs = reply.flatMap((field, i) => (i % 2 === 0 ? [`${field}=${reply[i + 1]}`] : []));
  return pairs.sort().join(' ');
}

async function statusOf(port: number): Promise<Map<string, string>> {
  const reply = await askOnce(port, 'EDGE.STATUS');
  assert.ok(Array.isArray(reply));
  const status = new Map<string, string>();
  for (let i = 0; i < reply.length; i += 2) status.set(String(reply[i]), String(reply[i + 1]));
  return status;
}

/** Waits until all nodes hold the same and say that nothing is pending. */
async function agree(seed: number, nodes: readonly ServerProcess[]): Promise<void> {
  const endMs = Date.now() + patienceMs;
  for (;;) {
    const statuses = await Promise.all(nodes.map((node) => statusOf(node.port)));
    const contents = await Promise.all(nodes.map((node) => contentOf(node.port)));
    const isSynced = statuses.every((s) => s.get('sync_status') === 'synced' && s.get('pending_ops') === '0');
    const isSame = contents.every((content) => content.join('\n') === contents[0]?.join('\n'));
    if (isSynced && isSame) return;
    if (Date.now() > endMs) {
      const [first = []] = contents;
      const differences = contents.map((content) => ({
        has: content.filter((row) => !first.includes(row)),
        lacks: first.filter((row) => !content.includes(row)),
      }));
      const said = statuses.map(
        (s) => `${s.get('node_id')}: ${s.get('sync_status')} ${s.get('pending_ops')}`,
      );
      assert.fail(`seed ${seed}: ${said.join(', ')} ${JSON.stringify(differences)}`);
    }
    await delay(50);
  }
}

describe('a hub and two edges', () => {
  const seed = Number(seedGiven ?? Date.now() % 1_000_000);
  const hub = new ServerProcess();
  const shop = new ServerProcess();
  const till = new ServerProcess();
  const nodes = [hub, shop, till];
  const hubWriter = new MixedWriter('hub', seed);
  const shopWriter = new MixedWriter('shop', seed + 1);
  const tillWriter = new MixedWriter('till', seed + 2);
  const writers = [hubWriter, shopWriter, tillWriter];
  let shopPlug: NetworkPlug;
  let tillPlug: NetworkPlug;
  let hubArgs: string[] = [];

  const startHub = (port = 0) => hub.start('--mode', 'hub', '--node-id', 'hub', '--set', `hub.port=${port}`);
  const startShop = () => shop.start('--node-id', 'shop', '--hub-url', shopPlug.url, ...quickRetries);
  const checkAll = async () => {
    await agree(seed, nodes);
    for (const node of nodes) {
      for (const writer of writers) await writer.check(node.port);
      const counters = await MixedWriter.readCounters(node.port);
      const possible = MixedWriter.possibleCounters(writers);
      const kills = writers.flatMap((writer) => writer.kills).join('\n');
      const why = `seed ${seed}: ${counters} is none of ${possible.join('; ')}\n${kills}`;
      assert.ok(possible.includes(counters), why);
    }
  };

  before(async () => {
    process.stdout.write(`# seed ${seed}\n`);
    await startHub();
    shopPlug = await NetworkPlug.to(hub.edgesUrl);
    tillPlug = await NetworkPlug.to(hub.edgesUrl);
    hubArgs = ['--hub-url', tillPlug.url, ...quickRetries];
    await startShop();
    await till.start('--node-id', 'till', ...hubArgs);
  });
  after(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await Promise.all([shopPlug.close(), tillPlug.close()]);
  });

  test('agree after a pulled plug and a kill -9 mid-load, each INCR counted once', async () => {
    const online = writers.map((writer, i) => writer.write(nodes[i]!.port, 1000));
    await until(() => shopWriter.acknowledged >= 600, '600 writes');
    shopPlug.pull();
    await Promise.all(online);
    assert.equal((await statusOf(shop.port)).get('sync_status'), 'offline');

    const offline = [hubWriter.write(hub.port, 1000), tillWriter.write(till.port, 2000)];
    const killed = shopWriter.write(shop.port, 10_000);
    await until(() => shopWriter.acknowledged >= 3000, '3000 writes');
    await shop.kill();
    await killed;
    await startShop();
    await shopWriter.recover(shop.port);
    const { acknowledged } = shopWriter;
    await shopWriter.write(shop.port, 4500 - acknowledged);
    await Promise.all(offline);
    const apart = await statusOf(shop.port);
    assert.equal(apart.get('sync_status'), 'offline');
    assert.ok(Number(apart.get('pending_ops')) > 0);

    const more = writers.map((writer, i) => writer.write(nodes[i]!.port, 200));
    shopPlug.plugIn();
    await Promise.all(more);
    await Promise.all([askOnce(shop.port, 'EDGE.SYNC'), askOnce(till.port, 'EDGE.SYNC')]);
    await checkAll();
    assert.ok(writers.reduce((sum, writer) => sum + writer.acknowledged, 0) >= 10_000);
  });

  test('agree after the hub was killed -9 mid-sync and came back', async () => {
    const port = Number(new URL(hub.edgesUrl).port);
    shopPlug.pull();
    await shopWriter.write(shop.port, 1500);
    const hubWrites = hubWriter.write(hub.port, 10_000);
    const tillWrites = tillWriter.write(till.port, 1500);
    shopPlug.plugIn();
    await delay(60 + (seed % 100));
    await hub.kill();
    await hubWrites;
    await shopWriter.write(shop.port, 200);
    await startHub(port);
    await hubWriter.recover(hub.port);
    await tillWrites;
    await checkAll();
  });
});
