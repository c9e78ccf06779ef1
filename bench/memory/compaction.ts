// What one step of compaction takes of the processor where memory is full and fragmented: the longest and the median
// step, and how many there were until nothing was worth it. The store alone, filled to its limit with plain keys, or
// with many large hashes, lists or streams, of which a random half was removed then.
//   node scripts/build.mjs --tests && node .build/bench/memory/compaction.js [keys|hashes|lists|streams] [MiB]
import { HybridClock } from '../../src/base/clock.ts';
import { CommandError } from '../../src/base/errors.ts';
import { Origins } from '../../src/delta/origins.ts';
import { StreamId } from '../../src/delta/stream-id.ts';
import { EntryType } from '../../src/store/entry.ts';
import { Store } from '../../src/store/store.ts';
import { median } from '../rig/figures.ts';

const names = process.argv[2] === undefined ? ['keys', 'hashes', 'lists', 'streams'] : [process.argv[2]];
const mebibytes = Number(process.argv[3] ?? 160);
const collections = 10_000;
const patienceMs = 30_000;
const value = Buffer.from('a value of some length');
const id = new StreamId();

type Round = (store: Store, n: number) => void;

/** What is done to element `n` of all: they go round the keys. */
const kinds: Readonly<Record<string, { readonly put: Round; readonly remove: Round }>> = {
  keys: {
    put(store, n) {
      const key = Buffer.from(`key:${n}`);
      store.strings.set(store.keyspace(0), key, 0, key.length, value, 0, value.length, 0);
    },
    remove(store, n) {
      const key = Buffer.from(`key:${n}`);
      store.remove(store.keyspace(0), key, 0, key.length);
    },
  },
  hashes: {
    put(store, n) {
      const key = openHash(store, n);
      store.elements.put(key, 0, key.length, value, 0, value.length);
    },
    remove(store, n) {
      const key = openHash(store, n);
      store.elements.drop(key, 0, key.length);
    },
  },
  lists: {
    put(store, n) {
      openList(store, n);
      store.lists.push(n % 3 === 0, value, 0, value.length);
    },
    remove(store, n) {
      openList(store, n);
      store.lists.remove(Math.floor(Math.random() * store.lists.size));
    },
  },
  streams: {
    put(store, n) {
      openStream(store, n);
      store.streams.fields.begin(2);
      for (let i = 0; i < 2; i++) store.streams.fields.add(value, 0, value.length);
      store.streams.add(id);
    },
    remove(store, n) {
      openStream(store, n);
      store.streams.remove(id);
      store.streams.settle();
    },
  },
};

function keyOf(n: number): Buffer {
  return Buffer.from(`collection:${n % collections}`);
}

function openHash(store: Store, n: number): Buffer {
  const key = keyOf(n);
  store.elements.open(store.keyspace(0), key, 0, key.length, EntryType.hash);
  return Buffer.from(`field:${Math.floor(n / collections)}`);
}

function openList(store: Store, n: number): void {
  const key = keyOf(n);
  store.lists.open(store.keyspace(0), key, 0, key.length);
}

function openStream(store: Store, n: number): void {
  const key = keyOf(n);
  store.streams.open(store.keyspace(0), key, 0, key.length);
  const text = Buffer.from(`${1 + Math.floor(n / collections)}-1`);
  id.parse(text, 0, text.length);
}

function measure(name: string): void {
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`name one of ${Object.keys(kinds).join(', ')}`);
  const origins = new Origins();
  const store = new Store({
    memoryBytes: mebibytes * 1024 * 1024,
    origins,
    clock: new HybridClock(Date.now()),
    hashSeed: [1, 2],
    random: Math.random,
  });
  store.self = origins.intern('bench/00000001');
  store.nowMs = Date.now();
  let count = 0;
  try {
    for (; ; count++) kind.put(store, count);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
  for (let n = 0; n < count; n++) if (Math.random() < 0.5) kind.remove(store, n);
  while (store.freeSlice(1024));
  const [used, live] = [store.arena.usedBytes, store.arena.liveBytes];
  store.ground.starved = true;
  const steps: number[] = [];
  const untilMs = performance.now() + patienceMs;
  for (let isMore = true; isMore && performance.now() < untilMs; ) {
    // Of the processor: what else the machine does is no part of a step.
    const from = process.cpuUsage();
    isMore = store.compactSlice();
    const { user, system } = process.cpuUsage(from);
    steps.push((user + system) / 1000);
  }
  const mib = (bytes: number): string => (bytes / 1048576).toFixed(0);
  console.log(
    `${name.padEnd(8)} ${count} elements; ${mib(live)} MiB live, used ${mib(used)} -> ${mib(store.arena.usedBytes)} MiB; ` +
      `${steps.length} steps, median ${median(steps).toFixed(2)} ms, longest ${Math.max(...steps).toFixed(1)} ms`,
  );
}

for (const name of names) measure(name);
