// MEMORY STATS: the figures of the memory as a map, under Redis's names where they mean the same.
// https://redis.io/commands/memory-stats
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

/** What a key's slot in its table takes. */
const slotBytes = 4;

export const memoryStats: CommandSpec = {
  name: 'stats',
  arity: 2,
  flags: [],
  group: 'server',
  since: '4.0.0',
  summary: 'Returns the figures of the memory.',
  run: stats,
};

interface DatabaseFigures {
  readonly db: number;
  readonly tableBytes: number;
}

function stats(call: Call): void {
  const { reply, store, services } = call;
  const { arena } = store;
  const used = store.usedBytes;
  const peak = Math.max(services.stats.peakBytes, used);
  const live = arena.liveBytes;
  const rss = services.host.rssBytes();
  const { keys } = store.counts();
  const databases = databaseFigures(call);
  const integers: readonly (readonly [string, number])[] = [
    ['peak.allocated', peak],
    ['total.allocated', used],
    ['startup.allocated', 0],
    ['replication.backlog', 0],
    ['clients.slaves', 0],
    ['clients.normal', clientBytes(call)],
    ['cluster.links', 0],
    ['aof.buffer', 0],
    ['lua.caches', 0],
    ['functions.caches', 0],
    ['overhead.total', used - live],
    ['keys.count', keys],
    ['keys.bytes-per-key', keys === 0 ? 0 : Math.floor(live / keys)],
    ['dataset.bytes', live],
    ['allocator.allocated', live],
    ['allocator.active', arena.usedBytes],
    ['allocator.resident', rss],
    ['allocator-fragmentation.bytes', arena.usedBytes - live],
    ['fragmentation.bytes', rss - used],
  ];
  const doubles: readonly (readonly [string, number])[] = [
    ['dataset.percentage', share(live, used)],
    ['peak.percentage', share(used, peak)],
    ['allocator-fragmentation.ratio', ratio(arena.usedBytes, live)],
    ['fragmentation', ratio(rss, used)],
  ];
  reply.map(integers.length + doubles.length + databases.length);
  for (const [name, value] of integers) {
    reply.bulkLatin1(name);
    reply.integer(value);
  }
  for (const { db, tableBytes } of databases) {
    reply.bulkLatin1(`db.${db}`);
    reply.map(2);
    reply.bulkLatin1('overhead.hashtable.main');
    reply.integer(tableBytes);
    reply.bulkLatin1('overhead.hashtable.expires');
    reply.integer(0);
  }
  for (const [name, value] of doubles) {
    reply.bulkLatin1(name);
    reply.double(value);
  }
}

function databaseFigures(call: Call): DatabaseFigures[] {
  const figures: DatabaseFigures[] = [];
  for (let db = 0; db < call.services.databases; db++) {
    const { table } = call.store.keyspace(db);
    if (table.size > 0) figures.push({ db, tableBytes: table.directoryBytes + table.size * slotBytes });
  }
  return figures;
}

function clientBytes(call: Call): number {
  let bytes = 0;
  for (const client of call.services.clients.all()) bytes += client.inputBytes + client.outputBytes;
  return bytes;
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : (part / whole) * 100);
const ratio = (a: number, b: number): number => (b === 0 ? 1 : a / b);
