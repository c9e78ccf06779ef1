// A thread that sends PING to a port again and again, a millisecond after each reply, and on any message reports how
// long each reply took and ends. A thread of its own, because the one that fills the server has no time to look at
// the clock.
import { parentPort, workerData } from 'node:worker_threads';
import { BenchClient } from '../rig/client.ts';
import { delay } from '../rig/figures.ts';

const everyMs = 1;
const client = await BenchClient.connect(Number(workerData));
const waitsMs: number[] = [];
let running = true;
parentPort!.once('message', () => {
  running = false;
});
parentPort!.postMessage('ready');
while (running) {
  const sentMs = performance.now();
  await client.command('ping');
  waitsMs.push(performance.now() - sentMs);
  await delay(everyMs);
}
client.close();
parentPort!.postMessage(waitsMs);
