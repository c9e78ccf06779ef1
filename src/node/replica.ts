// The data of a node with what keeps it: store, ledger and, where there is a disk or somebody to sync with, the
// journal. It opens them in the right order and closes them again; it knows no clients and no peers.
import { randomBytes, randomInt } from 'node:crypto';
import { HybridClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Config } from '../config/schema.ts';
import { nodeIdOf, Origins, originName } from '../delta/origins.ts';
import type { DeltaLog } from '../journal/delta-log.ts';
import type { FileJournal } from '../journal/file-journal.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { openJournal } from '../journal/open-journal.ts';
import { unkeptRuns } from '../store/delta-run.ts';
import { Ledger } from '../store/ledger.ts';
import { type SliceSizes, usualSliceSizes } from '../store/slice-sizes.ts';
import { Store } from '../store/store.ts';
import { Identity } from '../sync/identity.ts';

/** Unix ms below which no wall time is believed: this code did not exist then. */
const buildMs = Date.UTC(2026, 10, 1);
/** Of the memory limit, what the tail of a node without a disk may take. */
const memoryTailShare = 0.05;

export interface Replica {
  readonly origins: Origins;
  readonly clock: HybridClock;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly journal: DeltaLog | undefined;
  /** The same journal where it is on a disk. */
  readonly fileJournal: FileJournal | undefined;
  readonly nodeId: string;
  /** Who this node is to peers; undefined where nothing keeps a past and nobody asks. */
  readonly identity: Identity | undefined;
}

/** Whether this node may ever have a peer. */
export function hasPeers(config: Config): boolean {
  if (!config['edge.enabled']) return false;
  return (
    config['edge.mode'] === 'hub' ||
    config['edge.listen'] ||
    config['edge.hub_url'] !== undefined ||
    config['edge.peers'].length > 0
  );
}

/** Opens the data. Throws FerriteError MEMORY, JOURNAL_IO, JOURNAL_CORRUPT. */
export function openReplica(
  config: Config,
  log: Log,
  nowMs: () => number,
  sliceSizes: SliceSizes = usualSliceSizes,
): Replica {
  const origins = new Origins();
  const clock = new HybridClock(buildMs);
  const store = new Store({
    memoryBytes: config['edge.resources.memory_limit'],
    origins,
    clock,
    hashSeed: [randomInt(2 ** 32), randomInt(2 ** 32)],
    random: Math.random,
    sliceSizes,
  });
  store.lww = config['edge.conflict_resolution'] === 'lww';
  store.limits = {
    keysMax: config['store.max_keys'],
    keyBytesMax: config['store.max_key_size'],
    valueBytesMax: config['store.max_value_size'],
  };
  store.compression.level = config['store.compression_level'];
  store.compression.bytesMin = config['store.compression_min'];
  const { eviction } = store;
  eviction.policy = config['store.eviction_policy'];
  eviction.samples = config['store.eviction_samples'];
  eviction.lfu = {
    logFactor: config['store.lfu_log_factor'],
    decayMinutes: config['store.lfu_decay_minutes'],
  };
  store.nowMs = nowMs();
  clock.observe(store.nowMs);
  const ledger = new Ledger();
  ledger.repairs = store;
  const peers = hasPeers(config);
  if (peers) store.keepDead();
  const fileJournal = config['persistence.enabled']
    ? openFiles(config, { origins, store, ledger, log, clock, nowMs })
    : undefined;
  const tailBytesMax = Math.floor(config['edge.resources.memory_limit'] * memoryTailShare);
  const journal: DeltaLog | undefined =
    fileJournal ?? (peers ? new MemoryJournal({ origins, tailBytesMax, nowMs }) : undefined);
  // A node that had peers before goes on remembering its dead: they may come back.
  if (ledger.vector.size > 1) store.keepDead();
  store.recorder = journal?.writer;
  store.runs = journal?.runs ?? unkeptRuns;
  ledger.recorder = journal?.writer;
  const past = ledger.ownOrigin === 0 ? undefined : nodeIdOf(origins.name(ledger.ownOrigin));
  const nodeId = config['edge.node_id'] ?? past ?? `node-${randomBytes(4).toString('hex')}`;
  ledger.repairs = undefined;
  const identity = journal && new Identity({ nodeId, store, log: journal, ledger });
  if (identity === undefined) store.self = origins.intern(originName(nodeId, randomInt(2 ** 32 - 1)));
  else identity.begin();
  journal?.commit(() => {});
  return { origins, clock, store, ledger, journal, fileJournal, nodeId, identity };
}

interface Parts {
  readonly origins: Origins;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly log: Log;
  readonly clock: HybridClock;
  readonly nowMs: () => number;
}

function openFiles(config: Config, parts: Parts): FileJournal {
  const startedMs = performance.now();
  const storage = config['edge.resources.storage_limit'];
  const { store, ledger, clock } = parts;
  store.recovering(true);
  const { journal, recovered } = openJournal({
    dir: config['persistence.dir'],
    ...parts,
    appendfsync: config['persistence.appendfsync'],
    segmentBytesMax: config['persistence.segment_size'],
    snapshotBytesMin: config['persistence.snapshot_size'],
    ...(storage === undefined ? {} : { storageBytesMax: storage }),
  });
  store.recovering(false);
  for (const stamp of ledger.stamps()) if (clock.believes(stamp)) clock.witness(stamp);
  const { keys } = store.counts();
  parts.log.info('recovered', {
    keys,
    snapshot_records: recovered.snapshotRecords,
    journal_records: recovered.journalRecords,
    ms: Math.round(performance.now() - startedMs),
  });
  return journal;
}
