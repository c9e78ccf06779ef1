// A raw load client: some connections, each with a fixed number of requests in flight, replies read through
// redis-parser with limits. For what redis-benchmark cannot send: any command line, any server.
//   node .build/bench/resp/load-client.js PORT CONNECTIONS PIPELINE SECONDS COMMAND [ARG ...]
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { ReplyError, ReplyReader } from '../../src/resp/reply-reader.ts';

const [port = '6379', connections = '50', pipeline = '1', seconds = '3', ...words] = process.argv.slice(2);
const command = words.length === 0 ? ['PING'] : words;
const request = `*${command.length}\r\n${command.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('')}`;
const depth = Number(pipeline);
const batch = Buffer.from(request.repeat(depth));
const endMs = performance.now() + Number(seconds) * 1000;
const latenciesMs: number[] = [];
let replies = 0;
let errors = 0;

function runConnection(): Promise<void> {
  return new Promise((resolve, reject) => {
    const reader = new ReplyReader();
    const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
    let missing = 0;
    let sentMs = 0;
    const send = (): void => {
      missing = depth;
      sentMs = performance.now();
      socket.write(batch);
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      for (const reply of reader.read(chunk)) {
        missing--;
        replies++;
        if (reply instanceof ReplyError) errors++;
      }
      if (missing > 0) return;
      const nowMs = performance.now();
      latenciesMs.push(nowMs - sentMs);
      if (nowMs < endMs) send();
      else socket.end();
    });
  });
}

const startMs = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, runConnection));
const elapsedS = (performance.now() - startMs) / 1000;
latenciesMs.sort((a, b) => a - b);
const at = (share: number) => (latenciesMs[Math.floor(latenciesMs.length * share)] ?? Number.NaN).toFixed(2);
console.log(
  `${command[0]}: ${Math.round(replies / elapsedS)}/s, errors ${errors}, batch latency ms p50 ${at(0.5)} p99 ${at(0.99)}`,
);
