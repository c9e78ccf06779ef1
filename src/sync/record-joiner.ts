// Joins the records of a peer's batch that was judged sound, one after the other, and writes what changed down: into
// the log, or the run of a large batch. Where one finds no room the rest of the batch is not joined, but for removals
// of a scan, which has no order: they may make some. It knows neither frames nor what is acknowledged.
import type { BatchReader } from '../delta/batch-reader.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import { copyRecord } from '../delta/copy-record.ts';
import { DeltaKind } from '../delta/kinds.ts';
import type { DeltaRun } from '../store/delta-run.ts';
import { isOfScan, type WholeBatch } from './frame.ts';
import type { Slices } from './judge-batch.ts';
import type { Frontier, Peer } from './peer.ts';
import { Joined, type SyncLog, type SyncStore } from './ports.ts';
import type { Wants } from './wants.ts';

export interface RecordJoinerParts {
  readonly store: Pick<SyncStore, 'clock' | 'join' | 'recordLeftOut'>;
  readonly log: Pick<SyncLog, 'writer'>;
  readonly peer: Pick<Peer, 'origin' | 'vector'>;
  readonly figures: { deltasReceived: number; deltasJoined: number; deltasLeftOut: number };
  /** Whether the peer's clock is judged here: else it is believed. */
  readonly judgesSkew: boolean;
  /** Whether the peer keeps what this node does not hold whole. */
  readonly isKeeper: boolean;
  readonly wants: Pick<Wants, 'count' | 'awaits' | 'need'>;
}

/** How a batch is joined; by default at once, into the log. */
export interface Manner {
  /** All that is known of a key that was asked for. */
  readonly isAnswer?: boolean;
  /** There is no room, so only removals of the batch are joined. */
  readonly isFull?: boolean;
  /** A large batch: in slices, into a run. */
  readonly large?: { readonly slices: Slices; readonly run: DeltaRun };
}

/** What came of the join of a batch. */
export interface Outcome {
  /** All of it was joined. */
  isWhole: boolean;
  readonly frontiers: Frontier[];
  /** The keys that it needs and that were asked for, by the numbers of the wants. */
  readonly wants: Set<number>;
  /** By origin the highest stamp of what was left out of it. */
  readonly leftOut: Map<number, number>;
  /** Bytes of the record that found no room; 0: all did. */
  fullBytes: number;
}

/** What a record takes of the memory, or what it makes longer. */
function bytesNeeded({ kind, pos, start, at, valueLength }: BatchReader): number {
  return kind === DeltaKind.patch ? at + valueLength : pos - start;
}

/** Whether a kind does nothing but remove. */
function isRemoval(kind: number): boolean {
  return kind === DeltaKind.clear || kind === DeltaKind.clearDb || kind === DeltaKind.remove;
}

function keyOf({ buf, keyOffset, keyLength }: BatchReader): Buffer {
  return buf.subarray(keyOffset, keyOffset + keyLength);
}

export class RecordJoiner {
  /** A full copy is under way: what is not held whole is joined too. */
  takesAll = false;
  private readonly parts: RecordJoinerParts;
  private peerStamp = 0;

  constructor(parts: RecordJoinerParts) {
    this.parts = parts;
  }

  /** The highest stamp of the peer's own origin that was joined since this was asked for; 0: none was. */
  takePeerStamp(): number {
    const stamp = this.peerStamp;
    this.peerStamp = 0;
    return stamp;
  }

  /** Yields between slices what is to be waited for before the next one, if anything. */
  *join(
    batch: WholeBatch,
    reader: BatchReader,
    { isAnswer = false, isFull = false, large }: Manner = {},
  ): Generator<Promise<void> | undefined, Outcome, void> {
    const { store, log, peer, figures, isKeeper, judgesSkew, wants } = this.parts;
    const outcome: Outcome = {
      isWhole: !isFull,
      frontiers: [],
      wants: new Set(),
      leftOut: new Map(),
      fullBytes: 0,
    };
    const marked = new Set<string>();
    const writer = large?.run.writer ?? log.writer;
    const keys = large?.slices.keys;
    reader.open(batch.buf, batch.start, batch.buf.length);
    while (reader.next()) {
      if (!judgesSkew) store.clock.vouch(reader.greatestStamp);
      if (reader.kind === DeltaKind.frontier) {
        const { origin, stamp, tag } = reader;
        if (outcome.isWhole) outcome.frontiers.push({ origin, stamp, tag });
        continue;
      }
      if (!outcome.isWhole && !isRemoval(reader.kind)) continue;
      if (reader.origin === peer.origin && reader.stamp > this.peerStamp) this.peerStamp = reader.stamp;
      const isKept = isKeeper && !isAnswer && !this.takesAll && !this.isAwaited(reader);
      const result = store.join(reader, peer.vector, isAnswer, isKept);
      if (result === Joined.full) {
        if (outcome.isWhole) outcome.fullBytes = bytesNeeded(reader);
        outcome.isWhole = false;
        if (!isOfScan(batch)) return outcome;
        continue;
      }
      figures.deltasReceived += 1;
      if (result === Joined.joined) {
        copyRecord(reader, writer);
        keys?.joined(reader, log.writer.onRecord);
        figures.deltasJoined += 1;
      } else if (result === Joined.want) outcome.wants.add(wants.need(reader.db, keyOf(reader)));
      else if (result === Joined.leftOut) {
        this.leaveOut(reader, marked, outcome.leftOut, writer);
        keys?.joined(reader, log.writer.onRecord);
      }
      if (large === undefined || !large.slices.pace.isOver()) continue;
      yield large.run.flush();
    }
    return outcome;
  }

  /**
   * In the journal all the same: what is passed on from there must have no gaps. `marked`: the keys of which something
   * was left out.
   */
  private leaveOut(
    reader: BatchReader,
    marked: Set<string>,
    stamps: Map<number, number>,
    writer: BatchWriter,
  ): void {
    const { store, figures } = this.parts;
    const key = keyOf(reader);
    const name = `${reader.db}:${key.toString('latin1')}`;
    if (!marked.has(name)) store.recordLeftOut(reader.db, key, writer);
    marked.add(name);
    copyRecord(reader, writer);
    const { origin, stamp } = reader;
    if (stamp > (stamps.get(origin) ?? 0)) stamps.set(origin, stamp);
    figures.deltasLeftOut += 1;
  }

  /**
   * Whether the key of the current record was asked for. The answer may be older than what overtakes it, so that is
   * joined with what is here, even if that is nothing.
   */
  private isAwaited(reader: BatchReader): boolean {
    const { wants } = this.parts;
    return wants.count > 0 && wants.awaits(reader.db, keyOf(reader));
  }
}
