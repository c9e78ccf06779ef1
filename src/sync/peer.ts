// What is known of the peer of one live link: who it is and what it has. The vector begins with what the peer said in
// the handshake and rises by what it states and acknowledges; it never outlives the connection. Pure bookkeeping.
import { stampMax } from '../base/clock.ts';
import type { OriginNames, Origins } from '../delta/origins.ts';
import { VersionVector } from '../delta/vector.ts';
import type { VectorRow } from './envelope.ts';

export interface Frontier {
  readonly origin: number;
  readonly stamp: number;
  readonly tag: number;
}

/** Tells frontiers apart by origin and start. */
export function frontierKey({ origin, tag }: Frontier): number {
  return origin * 2 ** 32 + tag;
}

export interface PeerFacts {
  readonly nodeId: string;
  /** Its current origin, as a local index. */
  readonly origin: number;
  readonly journal: string;
  readonly tag: number;
  readonly windowBytes: number;
  readonly software: string;
  /** Whether what it acknowledges as durable outlives it: it has a disk. */
  readonly isDurable: boolean;
  /** On whom it relies to keep what it lets go of (Keeping); empty: on nobody, undefined: it does not say. */
  readonly relies: string | undefined;
  /** Whether it can read batches packed with LZ4. */
  readonly unpacks: boolean;
}

export class Peer {
  readonly nodeId: string;
  readonly origin: number;
  readonly facts: PeerFacts;
  /** What it has. Of its own current origin that is everything. */
  readonly vector: VersionVector;
  /**
   * What of that it has durably, as far as it has said so on this connection; of its own origin too only once it has
   * gone on after seeing what is known of it here, for it may find that its past has forked.
   */
  readonly kept = new VersionVector();
  /** Origins up to this index are kept, whatever comes of them: see `keepsOthers`. */
  private othersKept = 0;
  /** What it had when it greeted, until it says that this is durable. */
  private greeted: VersionVector | undefined;
  /** Told when it is known to have more durably. */
  onKept: (() => void) | undefined;
  /** The log's seq when the link became live: what came from the peer since need not be told to it. */
  readonly sinceSeq: number;

  constructor(facts: PeerFacts, vector: VersionVector, sinceSeq: number) {
    this.facts = facts;
    this.nodeId = facts.nodeId;
    this.origin = facts.origin;
    this.vector = vector;
    this.vector.advance(facts.origin, stampMax, 0);
    this.greeted = vector.clone();
    this.sinceSeq = sinceSeq;
  }

  has(frontiers: readonly Frontier[]): void {
    for (const f of frontiers) this.vector.advance(f.origin, f.stamp, f.tag);
  }

  /** It has all this durably: it has stated or acknowledged it. */
  keeps(frontiers: readonly Frontier[]): void {
    for (const f of frontiers) this.kept.advance(f.origin, f.stamp, f.tag);
    this.onKept?.();
  }

  /** It has all this durably that was made under another origin than `self` and is here, or will be. */
  keepsOthers(self: number, origins: Origins): void {
    if (this.othersKept === origins.count) return;
    while (this.othersKept < origins.count) {
      this.othersKept += 1;
      if (this.othersKept !== self) this.kept.advance(this.othersKept, stampMax, 0);
    }
    this.onKept?.();
  }

  get isGreetingKept(): boolean {
    return this.greeted === undefined;
  }

  /** What it had when it greeted is durable there. */
  keepsGreeting(): void {
    if (this.greeted === undefined) return;
    for (const [origin, { stamp, tag }] of this.greeted.entries()) this.kept.advance(origin, stamp, tag);
    this.greeted = undefined;
    this.onKept?.();
  }
}

/** A vector as it travels: without the current origins of the two, each of which knows its own best. */
export function rowsOf(vector: VersionVector, origins: Origins, without: readonly number[]): VectorRow[] {
  const rows: VectorRow[] = [];
  for (const [origin, entry] of vector.entries()) {
    if (!without.includes(origin)) rows.push([origins.name(origin), entry.stamp, entry.tag]);
  }
  return rows;
}

/** The hash that both sides compare. */
export function sharedHash(vector: VersionVector, origins: Origins, without: readonly number[]): number {
  return vectorOf(rowsOf(vector, origins, without), origins).hash(origins);
}

/** Throws FerriteError for a row whose origin is malformed. */
export function vectorOf(rows: readonly VectorRow[], origins: OriginNames): VersionVector {
  const vector = new VersionVector();
  for (const [name, stamp, tag] of rows) vector.advance(origins.intern(name), stamp, tag);
  return vector;
}
