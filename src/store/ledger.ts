// The durable bookkeeping beside the data: how far each origin is complete here, every start of this node with its
// tag, and named notes of the sync. It lives in the journal's records of the kinds frontier, start and ledger: setting
// anything appends the record to `recorder`, recovery applies it. It knows no file and no peer, and decides nothing.
//
// In a snapshot the starts come as pairs: start (first stamp, tag), then frontier (last own stamp under that tag).
import type { BatchReader } from '../delta/batch-reader.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import { DeltaKind } from '../delta/kinds.ts';
import { type VectorEntry, VersionVector } from '../delta/vector.ts';

/** Starts remembered; a peer that knows only an older one finds that this node's past is unknown to it. */
export const startsMax = 4096;
/** Notes of peers that are kept. */
export const peerNotesMax = 65_536;
/**
 * What notes of peers are named by: about them nothing is lost that they do not say again, but that there are such
 * peers.
 */
const peerNote = /^(tags|seen|cursor|acked):/;
const cursorPrefix = 'cursor:';
/**
 * Name of the note that cursors made room for others: there are peers of which nothing is known here any more. It names
 * them until each has come back, as JSON; of more than can be named one may stay away for good.
 */
export const cursorsLostNote = 'cursors-lost';
const lostNamesMax = 256;
const moreLost = '1';
/** Name of the record, not kept as a note, that gives up a past: origin name; the value is the first stamp given up. */
const retractPrefix = 'retract:';
/** Name of the record, not kept as a note, of starting over; the value is what was covered, as JSON rows. */
const forgetName = 'start-over';
/**
 * Name of the record, not kept as a note, of receding; the value is JSON rows of the entries as they are now, stamp 0:
 * none.
 */
const recedeName = 'recede';
/**
 * Name of the record, not kept as a note, that of what an origin made something may have been let go of, up to the
 * record's stamp.
 */
const letGoName = 'let-go';
/** Name of the note of the newest own tag that a peer has durably. */
const knownName = 'known';
const rowsMax = 65_536;
/** Starts before which slots are marked. */
const unknownMax = 64;

/** What a replayed repair does to the store: the deltas that the repair recorded follow it. */
export interface LedgerRepairs {
  /** Everything of `origin` since `sinceStamp` is recorded anew. */
  forgetSince(origin: number, sinceStamp: number): void;
  forgetCovered(covered: VersionVector): void;
  /** From here on own counts of `origin` were written, and slots marked as they were before `starts`. */
  markBefore(origin: number, starts: readonly number[]): void;
}

/** One start of this node: under `origin` it gave the stamps from `stamp` to `lastStamp`, named by `tag` to peers. */
export interface StartRecord {
  readonly origin: number;
  /** The first stamp of the start. */
  readonly stamp: number;
  readonly tag: number;
  /** The highest own stamp journaled since; below `stamp` while there is none. */
  readonly lastStamp: number;
}

export class Ledger {
  /** Where records of changes go: the journal's writer; undefined during recovery and where nobody keeps them. */
  recorder: BatchWriter | undefined;
  /** The store, during recovery. */
  repairs: LedgerRepairs | undefined;
  /** The last stamp that this node's clock gave: nothing of its own in the journal is above. */
  ownStamp: (() => number) | undefined;
  /** How far each origin is complete here; for the own one, its last stamp. Changed through this ledger only. */
  readonly vector = new VersionVector();
  /**
   * Of what is within this something may not be held here any more, because a keeper has it: the vector rests on that
   * keeper. Changed through this ledger only.
   */
  readonly letGo = new VersionVector();
  private readonly startList: { origin: number; stamp: number; tag: number; lastStamp: number }[] = [];
  private readonly noteMap = new Map<string, string>();
  /** Of the notes of peers, the one that was used longest ago first. */
  private readonly peerNotes = new Set<string>();

  get starts(): readonly StartRecord[] {
    return this.startList;
  }

  get notes(): ReadonlyMap<string, string> {
    return this.noteMap;
  }

  /** The origin of the last start; 0 before the first. */
  get ownOrigin(): number {
    return this.startList.at(-1)?.origin ?? 0;
  }

  /** All stamps that it names: of starts, of what they gave, of frontiers. */
  *stamps(): Generator<number> {
    for (const { stamp, lastStamp } of this.startList) yield Math.max(stamp, lastStamp);
    for (const [, { stamp }] of this.vector.entries()) yield stamp;
  }

  /** The newest own tag that a peer is noted to know; -1: none. */
  get knownTag(): number {
    return Number(this.noteMap.get(knownName) ?? -1);
  }

  /**
   * The first stamps of the starts of the own origin that no peer is noted to know, oldest first: one of them is where
   * a fork begins. Of very many, the first and the newest.
   */
  get unknownStarts(): readonly number[] {
    const own = this.ownOrigin;
    const starts = this.startList.filter((s) => s.origin === own);
    const { knownTag } = this;
    const unknown = starts.slice(starts.findLastIndex((s) => s.tag === knownTag) + 1).map((s) => s.stamp);
    return unknown.length > unknownMax ? [unknown[0]!, ...unknown.slice(1 - unknownMax)] : unknown;
  }

  /** Records that `origin` is complete here up to `stamp`, which it gave under `tag`. Returns whether that is news. */
  advance(origin: number, stamp: number, tag: number): boolean {
    if (!this.raise(origin, stamp, tag)) return false;
    this.recorder?.frontier(origin, stamp, tag);
    return true;
  }

  /** Records a start of this node; stamps given from now on belong to it. */
  addStart(origin: number, stamp: number, tag: number): void {
    this.pushStart(origin, stamp, tag);
    this.recorder?.start(origin, stamp, tag);
  }

  /**
   * Gives up this node's own past under `origin` from `sinceStamp` on (a fork): those starts are no longer its own, and
   * the origin is complete up to the end of what is left. To be called after the start of the next origin.
   */
  retract(origin: number, sinceStamp: number): void {
    this.giveUp(origin, sinceStamp);
    this.recorder?.ledger(origin, sinceStamp, `${retractPrefix}${sinceStamp}`, '');
  }

  /**
   * Forgets how far others' origins are complete: this node starts over, with what `covered` does not cover. `nameOf`
   * gives an origin's name.
   */
  startOver(covered: VersionVector, nameOf: (origin: number) => string): void {
    this.beginOver();
    const own = this.ownOrigin;
    const rows = [...covered.entries()].map(([origin, { stamp, tag }]) => [nameOf(origin), stamp, tag]);
    this.recorder?.ledger(own, this.vector.stampOf(own), forgetName, JSON.stringify(rows));
  }

  /**
   * Sets back how far origins are complete here, because what that rested on is gone elsewhere; undefined: nothing is
   * known of the origin. An origin that was this node's own must have been given up before. `nameOf` gives an origin's
   * name.
   */
  recede(
    entries: readonly (readonly [origin: number, entry: VectorEntry | undefined])[],
    nameOf: (origin: number) => string,
  ): void {
    for (const [origin, entry] of entries) this.setBack(origin, entry);
    const own = this.ownOrigin;
    const rows = entries.map(([origin, entry]) => [nameOf(origin), entry?.stamp ?? 0, entry?.tag ?? 0]);
    this.recorder?.ledger(own, this.vector.stampOf(own), recedeName, JSON.stringify(rows));
  }

  private setBack(origin: number, entry: VectorEntry | undefined): void {
    this.vector.retract(origin, entry);
    const stamp = entry?.stamp ?? 0;
    if (this.letGo.stampOf(origin) > stamp) this.letGo.retract(origin, entry && { stamp, tag: 0 });
    const kept = this.startList.filter((s) => s.origin !== origin);
    this.startList.splice(0, this.startList.length, ...kept);
  }

  /** Records that of what `origin` made something is let go of, up to `stamp` at most. */
  lettingGo(origin: number, stamp: number): void {
    if (this.letGo.advance(origin, stamp, 0)) this.recorder?.ledger(origin, stamp, letGoName, '');
  }

  /** Notes, without a record of its own, that a record with this own stamp is in the journal. */
  witnessOwn(stamp: number): void {
    const last = this.startList.at(-1);
    if (last === undefined || stamp <= last.lastStamp) return;
    last.lastStamp = stamp;
    this.vector.advance(last.origin, stamp, last.tag);
  }

  /**
   * Keeps `value` under `name`; undefined forgets it. Of very many notes of peers the one used longest ago makes room.
   */
  setNote(name: string, value: string | undefined): void {
    if (value === this.noteMap.get(name)) {
      this.useNote(name);
      return;
    }
    this.putNote(name, value ?? '');
    if (this.recorder !== undefined) this.writeNote(this.recorder, name, value ?? '');
    if (value !== undefined && this.noteMap.has(cursorsLostNote)) this.findCursor(name);
    if (this.peerNotes.size <= peerNotesMax) return;
    for (const oldest of this.peerNotes) {
      this.setNote(oldest, undefined);
      if (oldest.startsWith(cursorPrefix)) this.loseCursor(oldest);
      return;
    }
  }

  private loseCursor(name: string): void {
    const text = this.noteMap.get(cursorsLostNote) ?? '[]';
    if (text === moreLost) return;
    const lost: unknown[] = JSON.parse(text);
    lost.push(name);
    this.setNote(cursorsLostNote, lost.length > lostNamesMax ? moreLost : JSON.stringify(lost));
  }

  private findCursor(name: string): void {
    const lost = this.lostCursors;
    const left = lost.filter((other) => other !== name);
    if (left.length < lost.length) {
      this.setNote(cursorsLostNote, left.length === 0 ? undefined : JSON.stringify(left));
    }
  }

  /** The ids of nodes that were linked once, also where their cursors have made room for others. */
  get knownPeers(): readonly string[] {
    const cursors = [...this.noteMap.keys()].filter((name) => name.startsWith(cursorPrefix));
    return [...cursors, ...this.lostCursors].map((name) => name.slice(cursorPrefix.length));
  }

  private get lostCursors(): readonly string[] {
    const text = this.noteMap.get(cursorsLostNote) ?? moreLost;
    return text === moreLost ? [] : JSON.parse(text);
  }

  /** Has a node count as one that was never met. Returns whether it was known. */
  forgetPeer(nodeId: string): boolean {
    const isKnown = this.knownPeers.includes(nodeId);
    const name = `${cursorPrefix}${nodeId}`;
    this.setNote(name, undefined);
    this.findCursor(name);
    return isKnown;
  }

  /** The note is of use: others are to make room first. */
  useNote(name: string): void {
    if (this.peerNotes.delete(name)) this.peerNotes.add(name);
  }

  /** Whether this node gave out `tag` at a start under `origin`. */
  tagKnown(origin: number, tag: number): boolean {
    return this.startOf(origin, tag) !== undefined;
  }

  /**
   * The highest own stamp journaled under that tag; undefined for an unknown tag. What a peer says to have of this
   * node, (stamp, tag), is in its past exactly if the tag is known and the stamp is not above this.
   */
  lastStampOfTag(origin: number, tag: number): number | undefined {
    return this.startOf(origin, tag)?.lastStamp;
  }

  /** Takes in the reader's record if it is one of the ledger's kinds; false = it is the store's. */
  apply(reader: BatchReader): boolean {
    switch (reader.kind) {
      case DeltaKind.frontier:
        this.raise(reader.origin, reader.stamp, reader.tag);
        return true;
      case DeltaKind.start:
        this.pushStart(reader.origin, reader.stamp, reader.tag);
        this.tellMarks();
        return true;
      case DeltaKind.ledger: {
        const { buf, keyOffset, keyLength, valueOffset, valueLength } = reader;
        const name = buf.toString('utf8', keyOffset, keyOffset + keyLength);
        if (this.replayRepair(reader, name)) return true;
        this.putNote(name, buf.toString('utf8', valueOffset, valueOffset + valueLength));
        if (name === knownName) this.tellMarks();
        return true;
      }
      default:
        return false;
    }
  }

  /** Appends all of it, for a snapshot. */
  write(writer: BatchWriter): void {
    if (this.ownStamp !== undefined) this.witnessOwn(this.ownStamp());
    for (const start of this.startList) {
      writer.start(start.origin, start.stamp, start.tag);
      if (start.lastStamp > 0) writer.frontier(start.origin, start.lastStamp, start.tag);
    }
    for (const [origin, entry] of this.vector.entries()) writer.frontier(origin, entry.stamp, entry.tag);
    for (const [origin, { stamp }] of this.letGo.entries()) writer.ledger(origin, stamp, letGoName, '');
    for (const [name, value] of this.noteMap) {
      if (!this.peerNotes.has(name)) this.writeNote(writer, name, value);
    }
    for (const name of this.peerNotes) this.writeNote(writer, name, this.noteMap.get(name)!);
  }

  private tellMarks(): void {
    this.repairs?.markBefore(this.ownOrigin, this.unknownStarts);
  }

  private replayRepair(reader: BatchReader, name: string): boolean {
    if (name.startsWith(retractPrefix)) {
      const since = Number(name.slice(retractPrefix.length));
      this.giveUp(reader.origin, since);
      this.repairs?.forgetSince(reader.origin, since);
      return true;
    }
    if (name === recedeName) {
      for (const [origin, entry] of rowsIn(reader)) {
        this.setBack(origin, entry.stamp === 0 ? undefined : entry);
      }
      return true;
    }
    if (name === letGoName) {
      this.letGo.advance(reader.origin, reader.stamp, 0);
      return true;
    }
    if (name !== forgetName) return false;
    this.beginOver();
    const covered = new VersionVector();
    for (const [origin, { stamp, tag }] of rowsIn(reader)) covered.advance(origin, stamp, tag);
    this.repairs?.forgetCovered(covered);
    return true;
  }

  private giveUp(origin: number, sinceStamp: number): void {
    const kept = this.startList.filter((s) => s.origin !== origin || s.stamp < sinceStamp);
    this.startList.splice(0, this.startList.length, ...kept);
    for (const s of kept) if (s.origin === origin) s.lastStamp = Math.min(s.lastStamp, sinceStamp - 1);
    const before = kept.filter((s) => s.origin === origin && s.lastStamp > 0).at(-1);
    this.vector.retract(origin, before && { stamp: before.lastStamp, tag: before.tag });
  }

  private beginOver(): void {
    const own = this.ownOrigin;
    const entry = this.vector.get(own);
    this.vector.clear();
    this.letGo.clear();
    if (entry !== undefined) this.vector.advance(own, entry.stamp, entry.tag);
  }

  private raise(origin: number, stamp: number, tag: number): boolean {
    const start = this.startOf(origin, tag);
    if (start !== undefined && stamp > start.lastStamp) start.lastStamp = stamp;
    return this.vector.advance(origin, stamp, tag);
  }

  /** A start is told once; replay over a snapshot may tell it again. */
  private pushStart(origin: number, stamp: number, tag: number): void {
    if (this.startOf(origin, tag) !== undefined) return;
    this.startList.push({ origin, stamp, tag, lastStamp: 0 });
    if (this.startList.length > startsMax) this.startList.shift();
  }

  private startOf(origin: number, tag: number): (StartRecord & { lastStamp: number }) | undefined {
    for (let i = this.startList.length - 1; i >= 0; i--) {
      const start = this.startList[i]!;
      if (start.tag === tag && start.origin === origin) return start;
    }
    return undefined;
  }

  private putNote(name: string, value: string): void {
    this.peerNotes.delete(name);
    if (value === '') this.noteMap.delete(name);
    else {
      this.noteMap.set(name, value);
      if (peerNote.test(name)) this.peerNotes.add(name);
    }
  }

  private writeNote(writer: BatchWriter, name: string, value: string): void {
    const origin = this.ownOrigin;
    writer.ledger(origin, this.vector.stampOf(origin), name, value);
  }
}

/** The rows of a vector in a repair's record. */
function rowsIn(reader: BatchReader): (readonly [origin: number, entry: VectorEntry])[] {
  const { buf, valueOffset, valueLength } = reader;
  const rows: unknown = JSON.parse(buf.toString('utf8', valueOffset, valueOffset + valueLength));
  return (Array.isArray(rows) ? rows.slice(0, rowsMax) : []).map((row) => {
    const entry = { stamp: Number(row[1]), tag: Number(row[2]) };
    return [reader.intern(String(row[0])), entry] as const;
  });
}
