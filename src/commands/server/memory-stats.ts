// MEMORY STATS: the figures of the memory as a map, under Redis's names and in its order.
// https://redis.io/commands/memory-stats
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { memoryFigures, memoryRatio, memoryShare } from './memory-figures.ts';

/** But for those of databases. */
const rows = 27;
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
  const { reply, store } = call;
  const { used, peak, rss, allocated, active, resident, clients, logBuffer } = memoryFigures(call.services);
  const { keys } = store.counts();
  const integer = (name: string, value: number): void => {
    reply.bulkLatin1(name);
    reply.integer(value);
  };
  const double = (name: string, value: number): void => {
    reply.bulkLatin1(name);
    reply.double(value);
  };
  const databases = databaseFigures(call);
  reply.map(rows + databases.length);
  integer('peak.allocated', peak);
  integer('total.allocated', used);
  integer('startup.allocated', 0);
  integer('replication.backlog', 0);
  integer('clients.slaves', 0);
  integer('clients.normal', clients);
  integer('cluster.links', 0);
  integer('aof.buffer', logBuffer);
  integer('lua.caches', 0);
  integer('functions.caches', 0);
  for (const { db, tableBytes } of databases) {
    reply.bulkLatin1(`db.${db}`);
    reply.map(3);
    integer('overhead.hashtable.main', tableBytes);
    integer('overhead.hashtable.expires', 0);
    integer('overhead.hashtable.slot-to-keys', 0);
  }
  integer('overhead.total', used - allocated);
  integer('keys.count', keys);
  integer('keys.bytes-per-key', keys === 0 ? 0 : Math.floor(allocated / keys));
  integer('dataset.bytes', allocated);
  double('dataset.percentage', memoryShare(allocated, used));
  double('peak.percentage', memoryShare(used, peak));
  integer('allocator.allocated', allocated);
  integer('allocator.active', active);
  integer('allocator.resident', resident);
  double('allocator-fragmentation.ratio', memoryRatio(active, allocated));
  integer('allocator-fragmentation.bytes', active - allocated);
  double('allocator-rss.ratio', memoryRatio(resident, active));
  integer('allocator-rss.bytes', resident - active);
  double('rss-overhead.ratio', memoryRatio(rss, resident));
  integer('rss-overhead.bytes', rss - resident);
  double('fragmentation', memoryRatio(rss, used));
  integer('fragmentation.bytes', rss - used);
}

function databaseFigures(call: Call): DatabaseFigures[] {
  const figures: DatabaseFigures[] = [];
  for (let db = 0; db < call.services.databases; db++) {
    const { table } = call.store.keyspace(db);
    if (table.size > 0) figures.push({ db, tableBytes: table.directoryBytes + table.size * slotBytes });
  }
  return figures;
}
