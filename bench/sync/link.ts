// What the link costs: bytes of one small write in a batch, bytes of an idle link, and how fast a million pending keys
// get from one process to another until they are durable there (both on a disk, everysec).
//   node scripts/build.mjs --tests && node .build/bench/sync/link.js [keys] [idle-seconds]
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import type { Origins } from '../../src/delta/origins.ts';
import type { DeltaLog } from '../../src/journal/delta-log.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import type { Ledger } from '../../src/store/ledger.ts';
import type { Store } from '../../src/store/store.ts';
import { LiveNode, liveHub } from '../../test/sync/live-node.ts';

/** What the hub's process says of itself. */
interface HubFigures {
  readonly url?: string;
  readonly keys?: number;
  readonly cpuMs?: number;
}

const memoryBytes = 512 * 1024 * 1024;

function onDisk(dir: string) {
  return (origins: Origins, store: Store, ledger: Ledger): DeltaLog =>
    openJournal({ dir, origins, store, ledger, log: silentLog, appendfsync: 'everysec' }).journal;
}

async function child(dir: string): Promise<void> {
  const hub = await liveHub([], 0, new LiveNode({ nodeId: 'hub', memoryBytes, journal: onDisk(dir) }));
  process.send?.({ url: hub.url });
  process.on('message', () => {
    const cpu = process.cpuUsage();
    process.send?.({
      keys: hub.node.store.counts().keys,
      cpuMs: (cpu.user + cpu.system) / 1000,
    });
  });
}

async function upload(keys: number, fromScan: boolean): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ferrite-link-'));
  const hub = fork(process.argv[1]!, ['hub', join(dir, 'hub')]);
  const ask = (): Promise<HubFigures> =>
    new Promise((resolve) => hub.once('message', (m) => resolve(m as HubFigures)));
  const { url } = await ask();
  const edge = new LiveNode({
    nodeId: 'edge',
    hubUrl: url ?? '',
    policy: 'never',
    memoryBytes,
    journal: onDisk(join(dir, 'edge')),
    limits: { offlineQueueSize: fromScan ? 10_000 : keys * 2 },
  });
  // Only who was connected before has a cursor to go on from.
  if (!fromScan) await edge.engine.sync();
  const value = Buffer.from('22.5');
  for (let i = 0; i < keys; i++) {
    if (i % 1000 === 0) {
      edge.beginTurn();
      edge.log.commit(() => {});
      await new Promise((resolve) => setImmediate(resolve));
    }
    const key = Buffer.from(`sensor:${i}`);
    edge.store.strings.set(edge.store.keyspace(0), key, 0, key.length, value, 0, value.length, 0);
  }
  await new Promise<void>((resolve) => edge.log.commit(() => resolve()));
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  await edge.engine.sync({ timeoutMs: 300_000 });
  const ms = performance.now() - startedMs;
  const used = process.cpuUsage(cpu);
  const { figures } = edge.engine.status();
  hub.send('figures');
  const there = await ask();
  const perDelta = (figures.bytesSent / figures.deltasSent).toFixed(1);
  console.log(
    `upload of ${keys} keys ${fromScan ? 'by scan' : 'from the tail'}: ${Math.round(ms)} ms until durable, ` +
      `${Math.round((keys / ms) * 1000)} deltas/s, ${perDelta} bytes a delta, edge CPU ` +
      `${Math.round((used.user + used.system) / 1000)} ms, hub CPU ${there.cpuMs} ms, keys there ${there.keys}`,
  );
  await edge.stop();
  hub.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
}

async function idle(seconds: number): Promise<void> {
  const hub = await liveHub();
  let bytes = 0;
  const proxy = createServer((down: Socket) => {
    const up = connect(hub.port, '127.0.0.1');
    for (const [from, to] of [
      [down, up],
      [up, down],
    ] as const) {
      from.on('data', (data) => {
        bytes += data.length;
        to.write(data);
      });
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const edge = new LiveNode({ nodeId: 'edge', hubUrl: `ws://127.0.0.1:${port}/edge/ws` });
  edge.set('sensor:1', '22.5');
  await edge.engine.sync();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const handshake = bytes;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  console.log(
    `idle link: ${bytes - handshake} bytes in ${seconds} s, heartbeats included (connecting: ${handshake})`,
  );
  await edge.stop();
  await hub.stop();
  proxy.close();
}

async function wire(): Promise<void> {
  const hub = await liveHub();
  const edge = new LiveNode({ nodeId: 'edge', hubUrl: hub.url, policy: 'never' });
  for (let i = 0; i < 1000; i++) edge.set(`sensor:${i}`, '22.5');
  await edge.engine.sync();
  const { deltasSent, bytesSent } = edge.engine.status().figures;
  console.log(
    `wire: ${(bytesSent / deltasSent).toFixed(1)} bytes for \`SET sensor:1 22.5\` in a batch of ${deltasSent}`,
  );
  await edge.stop();
  await hub.stop();
}

if (process.argv[2] === 'hub') await child(process.argv[3]!);
else {
  const keys = Number(process.argv[2] ?? 1_000_000);
  await wire();
  await upload(keys, true);
  await upload(keys, false);
  await idle(Number(process.argv[3] ?? 60));
}
