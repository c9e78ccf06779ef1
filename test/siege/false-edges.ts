// Would-be edges: they say what an honest edge was heard to say, under names of their own and changed in places: fields
// of other types and sizes in control messages, bytes in frames whose checksum is then right again. What they are heard
// from is a proxy between the honest edge and the hub, which keeps the last messages.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { WebSocket, WebSocketServer } from 'ws';
import type { Random } from '../fuzz/random.ts';

const subprotocol = 'ferrite.v1';
const honest = 'honest';
const heardMax = 2000;
const saidMax = 30;
const answerMs = 40;
/** Places in a frame: see src/sync/SPEC.md. */
const flagsAt = 2;
const crcAt = 4;
const batchAt = 8;
const bodyAt = 22;

export interface Heard {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** Passes on what an edge and the hub say, and keeps what the edge says. It asks for frames that are not packed. */
export class Eavesdropper {
  readonly heard: Heard[] = [];
  private readonly server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: () => subprotocol,
  });

  constructor(hubUrl: () => string) {
    this.server.on('connection', (edge) => {
      const hub = new WebSocket(hubUrl(), subprotocol);
      const early: Heard[] = [];
      edge.on('message', (data: Buffer, isBinary) => {
        if (this.heard.length === heardMax) this.heard.splice(1 + (crc32(data) % (heardMax - 1)), 1);
        this.heard.push({ data, isBinary });
        if (hub.readyState === WebSocket.OPEN) hub.send(data, { binary: isBinary });
        else early.push({ data, isBinary });
      });
      hub.on('open', () => {
        for (const { data, isBinary } of early) hub.send(data, { binary: isBinary });
      });
      hub.on('message', (data: Buffer, isBinary) => {
        edge.send(isBinary ? data : data.toString().replace('"unpacks":"lz4"', '"unpacks":""'), {
          binary: isBinary,
        });
      });
      for (const [from, to] of [
        [edge, hub],
        [hub, edge],
      ] as const) {
        from.on('error', () => {});
        from.on('close', () => to.terminate());
      }
    });
  }

  async url(path: string): Promise<string> {
    if (this.server.address() === null) await once(this.server, 'listening');
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  close(): void {
    for (const client of this.server.clients) client.terminate();
    this.server.close();
  }
}

const oddities: readonly unknown[] = [
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 52 - 1,
  2 ** 53,
  1e308,
  '',
  'x',
  'x'.repeat(2000),
  '/',
  'hub/00000000',
  null,
  true,
  [],
  {},
  [['zzz/00000000', 2 ** 52 - 1, 1]],
  Array.from({ length: 5000 }, (_, i) => [`n${i}/00000000`, i + 1, 1]),
];

/** One value somewhere inside becomes an odd one, or goes. */
function changed(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.2)) return random.pick(oddities);
  const entries = Object.entries(value);
  if (entries.length === 0) return random.pick(oddities);
  const [key, inner] = random.pick(entries);
  const others = entries.filter(([name]) => name !== key);
  const one = random.chance(0.15) ? [] : [[key, changed(random, inner)] as const];
  return Array.isArray(value)
    ? [...others, ...one].map(([, item]) => item)
    : Object.fromEntries([...others, ...one]);
}

function control(random: Random, data: Buffer, name: string): string {
  const text = data.toString().replaceAll(honest, name);
  if (random.chance(0.6)) return text;
  try {
    return JSON.stringify(changed(random, JSON.parse(text)));
  } catch {
    return text;
  }
}

function frame(random: Random, data: Buffer, name: string, batch: number): Buffer {
  let bytes = Buffer.from(data.toString('latin1').replaceAll(honest, name.slice(0, honest.length)), 'latin1');
  if (bytes.length < bodyAt || random.chance(0.03)) return bytes;
  bytes.writeUInt32LE(batch, batchAt);
  if (random.chance(0.5)) {
    for (let i = 1 + random.below(3); i > 0; i--)
      bytes[bodyAt + random.below(bytes.length - bodyAt)] = random.below(256);
  }
  if (random.chance(0.1)) bytes[batchAt + random.below(bodyAt - batchAt)] = random.below(256);
  if (random.chance(0.1)) bytes[flagsAt] = random.below(16);
  if (random.chance(0.1)) bytes = bytes.subarray(0, bodyAt + random.below(bytes.length - bodyAt));
  bytes.writeUInt32LE(crc32(bytes.subarray(batchAt), bytes[flagsAt]), crcAt);
  return bytes;
}

/** One connection of an edge that is none. */
export async function falseEdge(
  random: Random,
  url: string,
  heard: readonly Heard[],
  said: string[],
): Promise<void> {
  const name = `evil${10 + random.below(30)}`;
  const named = random.chance(0.3) ? `${url}?edge_agent_id=${name}` : url;
  const socket = new WebSocket(named, subprotocol);
  socket.on('error', () => {});
  await Promise.race([once(socket, 'open').catch(() => {}), delay(1000)]);
  let answers = 0;
  socket.on('message', () => {
    answers++;
  });
  const words: string[] = [];
  let batch = 0;
  const say = (message: Heard): void => {
    if (socket.readyState !== WebSocket.OPEN) return;
    const out = message.isBinary
      ? frame(random, message.data, name, random.chance(0.9) ? ++batch : random.below(1000))
      : control(random, message.data, name);
    words.push(typeof out === 'string' ? out.slice(0, 400) : out.subarray(0, 200).toString('hex'));
    socket.send(out, { binary: message.isBinary });
  };
  const ofType = (type: string): Heard | undefined =>
    heard.findLast(({ data, isBinary }) => !isBinary && data.includes(`"type":"${type}"`));
  const hello = ofType('hello');
  const ready = ofType('ready');
  if (hello !== undefined && random.chance(0.95)) say(hello);
  for (let ms = 0; ms < answerMs && answers === 0; ms += 5) await delay(5);
  if (ready !== undefined && random.chance(0.95)) say(ready);
  const frames = heard.filter(({ isBinary }) => isBinary);
  for (let i = random.below(saidMax); i > 0; i--) {
    const from = frames.length > 0 && random.chance(0.7) ? frames : heard;
    if (from.length > 0) say(random.pick(from));
    if (random.chance(0.2)) await delay(random.below(10));
  }
  said.push(words.join('\n'));
  if (random.chance(0.5)) await delay(random.below(30));
  if (random.chance(0.5)) socket.close();
  else socket.terminate();
}
