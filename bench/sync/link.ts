// What the link costs in bytes: one small write in a batch, and a link that nobody writes over. How fast uploads are is
// measured by upload.ts.
//   node scripts/build.mjs --tests && node .build/bench/sync/link.js [idle-seconds]
import { connect, createServer, type Socket } from 'node:net';
import { LiveNode, liveHub } from '../../test/sync/live-node.ts';

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

await wire();
await idle(Number(process.argv[2] ?? 120));
