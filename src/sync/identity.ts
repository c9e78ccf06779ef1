// Who this node is to its peers: origin, tag of this start, and which pasts are its own. It makes the record of each
// start, tells a forked past by its tags, and repairs a fork: new epoch, own deltas re-dotted, the rest given up. It
// keeps what it knows in the ledger; it knows no connection.
//
// Notes: `starts` [[tag, seq at the start], ...]; `fork` the seq below which links must not read the log (a new epoch
// began); `known` the newest own tag that a peer has durably; `tags:ORIGIN` the tags seen of another origin, oldest
// first, each with a colon and how far it went once that is known (of earlier ones of a node too: a disk that is rolled
// back finds by them where its past ends); `seen:ORIGIN` stamp and tag of a scan of another origin that has not come to
// its end.
import { randomBytes } from 'node:crypto';
import { nodeIdOf, originName } from '../delta/origins.ts';
import { type Cursor, type Entry, tagsMax } from './envelope.ts';
import { commitNotes, type Position } from './notes.ts';
import type { SyncLedger, SyncLog, SyncStart, SyncStore } from './ports.ts';

const startsKeptMax = 64;
/** What `start` appends to the log. */
const recordsOfStart = 2;

export interface IdentityParts {
  readonly nodeId: string;
  readonly store: SyncStore;
  readonly log: SyncLog;
  readonly ledger: SyncLedger;
  /** 32 random bits. */
  readonly random32?: () => number;
}

function parseNumbers(text: string | undefined): number[] {
  if (text === undefined) return [];
  return text.split(',').map(Number).filter(Number.isSafeInteger);
}

export class Identity {
  readonly nodeId: string;
  origin = 0;
  tag = 0;
  /** Times that this process found its history forked. */
  forks = 0;
  private readonly parts: IdentityParts;
  private readonly random32: () => number;
  /** The note of starts as it was read last. */
  private startsRead: { text: string | undefined; pairs: readonly (readonly [number, number])[] } = {
    text: undefined,
    pairs: [],
  };

  constructor(parts: IdentityParts) {
    this.parts = parts;
    this.nodeId = parts.nodeId;
    this.random32 = parts.random32 ?? (() => randomBytes(4).readUInt32LE());
  }

  get originName(): string {
    return this.parts.store.origins.name(this.origin);
  }

  /** The seq below which the log holds what a fork gave up. */
  get forkSeq(): number {
    return Number(this.parts.ledger.notes.get('fork') ?? 0);
  }

  /**
   * Records a start: to be called once after recovery, before the first write, and again by `fork`. A node without a
   * past begins in a new epoch, and so does one whose own stamps went beyond what is believed. The caller commits.
   */
  begin(): void {
    const { store, ledger } = this.parts;
    ledger.ownStamp = () => store.clock.last();
    // Whose stamps the log has, and whether they were ahead, is not known any more.
    store.clock.vouch(store.clock.last());
    const past = ledger.ownOrigin;
    const isSame = past !== 0 && nodeIdOf(store.origins.name(past)) === this.nodeId;
    const isBelow = ledger.starts.every((s) => s.origin !== past || s.lastStamp <= store.clock.last());
    this.start(isSame && isBelow ? past : this.newOrigin());
  }

  private newOrigin(): number {
    return this.parts.store.origins.intern(originName(this.nodeId, this.random32()));
  }

  private start(origin: number): void {
    const { store, ledger, log } = this.parts;
    this.origin = origin;
    this.tag = this.random32();
    store.self = origin;
    ledger.addStart(origin, store.clock.next(), this.tag);
    const starts = [...this.startSeqs(), [this.tag, log.seq] as const].slice(-startsKeptMax);
    ledger.setNote('starts', starts.map(([tag, seq]) => `${tag},${seq}`).join(','));
    store.markBefore(origin, ledger.unknownStarts);
  }

  /** Own records of the log from a place in it on, but for those that say that the node began. */
  recordsFrom(place: Position): number {
    const starts = this.startSeqs().filter(([, seq]) => seq >= place.seq).length;
    return Math.max(0, this.parts.log.ownSeq - place.ownSeq - starts * recordsOfStart);
  }

  private startSeqs(): readonly (readonly [number, number])[] {
    const text = this.parts.ledger.notes.get('starts');
    if (text !== this.startsRead.text) {
      const flat = parseNumbers(text);
      const pairs: (readonly [number, number])[] = [];
      for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([flat[i]!, flat[i + 1]!]);
      this.startsRead = { text, pairs };
    }
    return this.startsRead.pairs;
  }

  private ownStarts(): SyncStart[] {
    return this.parts.ledger.starts.filter((s) => s.origin === this.origin);
  }

  /**
   * The first own stamp that is not of the past that a peer knows, by the starts that it has seen: that of the start
   * which follows the last one of these; the first where it knows none. Where it remembers as many as it can, and this
   * past ended before all of them, the last is that which a peer was noted to know. Where the last goes further here
   * than it went there (two copies of a disk that was in use), what is beyond that is not.
   */
  private firstUnknown(peerStarts: readonly Entry[]): number {
    const { ledger, store } = this.parts;
    const starts = this.ownStarts();
    let last = starts.findLastIndex((s) => peerStarts.some((p) => p.tag === s.tag));
    if (last < 0 && peerStarts.length >= tagsMax)
      last = starts.findLastIndex((s) => s.tag === ledger.knownTag);
    const known = starts[last];
    const end = peerStarts.find((p) => p.tag === known?.tag)?.stamp ?? 0;
    const lastStamp = known?.tag === this.tag ? store.clock.last() : (known?.lastStamp ?? 0);
    if (end > 0 && end < lastStamp) return end + 1;
    return (starts[last + 1] ?? starts.at(-1))?.stamp ?? 0;
  }

  /** Whether all that a peer has seen of this node's origin is of this node's own past. */
  isOwn(entry: Entry | null, seen: Entry | null, tags: readonly number[]): boolean {
    const { ledger } = this.parts;
    const isKnown = (tag: number): boolean =>
      tag === this.tag || ledger.lastStampOfTag(this.origin, tag) !== undefined;
    return tags.every(isKnown) && [entry, seen].every((e) => e === null || this.isOwnPast(e));
  }

  /** Whether an entry for this node's origin is of this node's own past. */
  isOwnPast(entry: Entry): boolean {
    const { ledger, store } = this.parts;
    if (entry.tag === this.tag) return entry.stamp <= store.clock.last();
    const last = ledger.lastStampOfTag(this.origin, entry.tag);
    return last !== undefined && entry.stamp <= last;
  }

  /** The tag of the start that gave an own stamp. */
  tagOf(stamp: number): number {
    return this.ownStarts().findLast((s) => s.stamp <= stamp)?.tag ?? this.tag;
  }

  /** Whether a peer's cursor in this node's log still says what it said when it was given. */
  isSoundCursor(cursor: Cursor): boolean {
    const { log } = this.parts;
    if (cursor.journal !== log.id || cursor.seq > log.durableSeq || cursor.seq < this.forkSeq) return false;
    const starts = this.startSeqs();
    const at = starts.findIndex(([tag]) => tag === cursor.tag);
    if (at < 0) return false;
    const next = starts[at + 1];
    return next === undefined || cursor.seq <= next[1];
  }

  /**
   * What to state of the own origin where a peer has it up to `known` and now gets it up to `stamp`: an entry for each
   * start in between, so that it knows them all, oldest first.
   */
  ownEntries(known: number, stamp: number): Entry[] {
    const ends = this.ownStarts().filter(
      (s) => s.stamp <= stamp && s.lastStamp > known && s.lastStamp < stamp,
    );
    const tag = this.tagOf(stamp);
    const earlier = ends.filter((s) => s.tag !== tag).map((s) => ({ stamp: s.lastStamp, tag: s.tag }));
    return [...earlier.slice(1 - tagsMax), { stamp, tag }];
  }

  /** A peer has everything own up to `stamp` durably. */
  noteKnown(stamp: number): void {
    const { ledger, log } = this.parts;
    const tag = String(this.tagOf(stamp));
    if (ledger.notes.get('known') !== tag) commitNotes(log, () => ledger.setNote('known', tag));
  }

  /** The starts seen of another origin, oldest first, and how far each went; 0: that is not known, or of the newest. */
  startsOf(origin: string): Entry[] {
    const text = this.parts.ledger.notes.get(`tags:${origin}`);
    return (text?.split(',') ?? []).map((start) => {
      const [tag, stamp = 0] = start.split(':').map(Number);
      return { tag: tag!, stamp };
    });
  }

  /** As `ownEntries`, of another origin, of which everything up to `entry` is here. */
  entriesOf(origin: string, known: number, entry: Entry): Entry[] {
    const isBetween = ({ stamp, tag }: Entry): boolean =>
      stamp > known && stamp < entry.stamp && tag !== entry.tag;
    return [...this.startsOf(origin).filter(isBetween), entry];
  }

  /** The highest stamp seen of another origin in a scan that was broken off. */
  seenOf(origin: string): Entry | null {
    const [stamp, tag] = parseNumbers(this.parts.ledger.notes.get(`seen:${origin}`));
    return stamp === undefined || tag === undefined ? null : { stamp, tag };
  }

  /** Remembers a stamp of another origin that no frontier covers yet; undefined: one does. */
  noteSeen(origin: string, seen: Entry | undefined): void {
    const note = seen && `${seen.stamp},${seen.tag}`;
    this.parts.ledger.setNote(`seen:${origin}`, note);
  }

  /**
   * Remembers that another origin has this tag. `before`: what the entry of that origin was until a frontier under this
   * tag raised it.
   */
  noteTag(origin: string, tag: number, before?: Entry): void {
    let starts = this.startsOf(origin);
    const hasEnded = before !== undefined && before.tag !== tag;
    if (hasEnded || starts.every((s) => s.tag !== tag)) {
      const ended = before?.stamp ?? 0;
      const others = starts
        .filter((s) => s.tag !== tag)
        .map((s) => (s.tag === before?.tag && s.stamp < ended ? before : s));
      starts = [...others, { tag, stamp: 0 }].slice(-tagsMax);
    }
    const text = starts.map((s) => (s.stamp === 0 ? s.tag : `${s.tag}:${s.stamp}`)).join(',');
    this.parts.ledger.setNote(`tags:${origin}`, text);
  }

  /**
   * Goes on under a new epoch, because counters made under the old one have been forgotten here: going on with them
   * would begin them anew. What is pending of the old origin stays as it is.
   */
  renew(): void {
    const { ledger, log } = this.parts;
    ledger.setNote('fork', String(log.seq));
    this.beginEpoch();
  }

  /** The same where what the log has is still as it was, and links may read it. */
  beginEpoch(): void {
    this.start(this.newOrigin());
  }

  /**
   * Repairs a fork, given the starts of this node that the peer knows: what was written since is re-dotted under a new
   * epoch, and what the old origin said since is given up, to be taken back from peers. One block of the log. Returns
   * the stamp since when increments may be counted wrongly, because some peer has taken them under the old origin; or
   * undefined.
   */
  fork(peerStarts: readonly Entry[]): number | undefined {
    const { store, ledger, log } = this.parts;
    const old = this.origin;
    const since = this.firstUnknown(peerStarts);
    const starts = this.ownStarts();
    const isTold = starts.some((s) => s.tag === ledger.knownTag && s.stamp >= since);
    const isClean = starts.length === 0 || starts.some((s) => s.stamp === since);
    log.setSource('');
    log.commit(() => {});
    ledger.setNote('fork', String(log.seq));
    const next = this.newOrigin();
    this.start(next);
    ledger.retract(old, since);
    store.redot(old, since, next, () => store.clock.next());
    this.forks += 1;
    log.commit(() => {});
    log.requestSync();
    return isTold || !isClean ? since : undefined;
  }
}
