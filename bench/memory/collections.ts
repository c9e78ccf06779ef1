// What collections cost, dots included, beside redis-server: the growth of used_memory for many small hashes, for large
// hashes, sets, sorted sets and lists, for one long list, and for JSON texts with compression. Redis keeps small ones
// and lists in listpacks, the others in tables and skiplists: what is asked is said for each.
//   npm run bench:collections -- [share of all, 0.1]

import { sensorValues } from '../../test/store/sensor-values.ts';
import { BenchClient, encode } from '../rig/client.ts';
import { delay, judged } from '../rig/figures.ts';
import { startFerrite, startRedis } from '../rig/servers.ts';

const share = Number(process.argv[2] ?? 0.1);
const batchCommands = 500;
const settleMs = 500;
/** Elements that one command adds. */
const elementsOfCommand = 20;

interface Shape {
  readonly name: string;
  readonly keys: number;
  readonly elements: number;
  readonly command: string;
  /** The arguments that add element n to key k. */
  readonly words: (k: number, n: number) => readonly string[];
  readonly ratioMax: number;
}

const large = Math.max(1, Math.round(1000 * share));
const longList = Math.round(10_000_000 * share);

const jsonKeys = Math.round(100_000 * share) * 5;
const jsonTexts = sensorValues(jsonKeys).map(String);

const shapes: readonly Shape[] = [
  {
    name: 'small hashes',
    keys: Math.round(100_000 * share),
    elements: 10,
    command: 'HSET',
    words: (k, n) => [`field:${n}`, `value:${k}:${n}`],
    ratioMax: 1,
  },
  {
    name: 'large hashes',
    keys: large,
    elements: 10_000,
    command: 'HSET',
    words: (k, n) => [`field:${n}`, `value:${k}:${n}`],
    ratioMax: 0.6,
  },
  {
    name: 'large sets',
    keys: large,
    elements: 10_000,
    command: 'SADD',
    words: (_, n) => [`member:${n}`],
    ratioMax: 0.6,
  },
  {
    name: 'large zsets',
    keys: large,
    elements: 10_000,
    command: 'ZADD',
    words: (k, n) => [String((n * 7919 + k) % 100_003), `member:${n}`],
    ratioMax: 0.6,
  },
  {
    name: 'large lists',
    keys: large,
    elements: 10_000,
    command: 'RPUSH',
    words: (_, n) => [`element:${n}`],
    ratioMax: 1,
  },
  {
    name: 'one list',
    keys: 1,
    elements: longList,
    command: 'RPUSH',
    words: (_, n) => [`element:${n}`],
    ratioMax: 1,
  },
  {
    name: 'JSON, packed',
    keys: jsonKeys,
    elements: 1,
    command: 'SET',
    words: (k) => [jsonTexts[k]!],
    ratioMax: 0.4,
  },
];

async function fill(client: BenchClient, shape: Shape): Promise<void> {
  let bytes = '';
  let commands = 0;
  let before: Promise<unknown> | undefined;
  const flush = async (): Promise<void> => {
    const sent = client.send(bytes, commands);
    await before;
    before = sent;
    bytes = '';
    commands = 0;
  };
  for (let k = 0; k < shape.keys; k++) {
    for (let n = 0; n < shape.elements; ) {
      const words: string[] = [];
      for (let i = 0; i < elementsOfCommand && n < shape.elements; i++) words.push(...shape.words(k, n++));
      bytes += encode(shape.command, `${shape.name}:${k}`, ...words);
      commands += 1;
      if (commands === batchCommands) await flush();
    }
  }
  if (commands > 0) await flush();
  await before;
}

/** used_memory once what was flushed has been freed. */
async function settled(client: BenchClient): Promise<number> {
  for (let last = Number.POSITIVE_INFINITY; ; ) {
    await delay(settleMs);
    const used = await client.info('used_memory');
    if (used >= last) return used;
    last = used;
  }
}

async function grow(client: BenchClient, shape: Shape): Promise<number> {
  await client.command('FLUSHALL');
  const before = await settled(client);
  await fill(client, shape);
  // What is packed when there is time is packed by then.
  await delay(shape.command === 'SET' ? settleMs * 8 : settleMs);
  return ((await client.info('used_memory')) - before) / (shape.keys * shape.elements);
}

const theirs = await startRedis(['--appendonly', 'no']);
const settings = [
  'persistence.enabled=false',
  'edge.resources.memory_limit=1900mb',
  'store.compression_level=6',
];
const ours = await startFerrite({ settings });
try {
  const [a, b] = [await BenchClient.connect(ours.port), await BenchClient.connect(theirs.port)];
  console.log(`used_memory, bytes an element (of JSON: a key); ${share} of the full numbers`);
  for (const shape of shapes) {
    const [own, other] = [await grow(a, shape), await grow(b, shape)];
    console.log(
      `${shape.name.padEnd(13)} ${shape.keys} x ${shape.elements}`.padEnd(30) +
        `ferrite ${own.toFixed(1)} redis ${other.toFixed(1)}  ${judged(own / other, '<=', shape.ratioMax)}`,
    );
  }
  a.close();
  b.close();
} finally {
  await Promise.all([ours.stop(), theirs.stop()]);
}
