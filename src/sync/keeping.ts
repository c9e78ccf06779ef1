// What this node's hub, its keeper, has told to have for good, and whether that may be relied on: only then this node
// may let go of it. It is remembered across restarts, so that a node which comes up while its hub cannot be reached
// still knows; as one note in the ledger, bound to the address dialed and to origin and tag of the hub's start that
// said it: of a hub that was replaced or rolled back nothing counts once it is met. It errs to one side only, behind
// what the hub has.
//
// Who relies on its hub must not be one on whom that hub relies, by whatever way. So a node to which others may link
// says on whom it relies (its hub, whom that relies on, and so on), and does not rely on a hub that says so of it, or
// says nothing.
//
// Before something goes, it is recorded in the ledger that what its origins made may be gone up to where the hub has
// it (`letGo`). A node that comes up while its hub was down knows by that what rests on the hub, and what is merely
// pending for it.
//
// A hub can come back with less than it had, from a backup or without a disk. Then what this node let go of is not to
// be had any more, and it must not go on saying that it has it: it recedes. Its vector falls to the hub's, so whoever
// has something of that gives it to the hub and to this node anew; and it goes on under a new start, in a new epoch
// where what it had made itself is among it, because its counters would go on from what the hub has left of them. Its
// log may have of that what the store has not: until the hub has been given all of it, the hub counts as out of reach,
// for an answer would lack it, and what this node itself has told does not come back.
//
// Note `kept`: JSON of [address, origin, tag, [[origin, stamp, tag], ...], relies]. Note `keeper`: address, origin and
// tag of the start of the hub that was met last; while it is that, the hub has lost nothing. Note `receded`: from
// receding until then.
import { VersionVector } from '../delta/vector.ts';
import type { VectorRow } from './envelope.ts';
import type { NodeParts } from './greeting.ts';
import { commitNotes } from './notes.ts';
import { type Peer, rowsOf, vectorOf } from './peer.ts';
import type { SyncLedger } from './ports.ts';

const noteName = 'kept';
const keeperName = 'keeper';
const recededName = 'receded';
const cursorPrefix = 'cursor:';
/** Between two notes at least so long, and so long that they are no more than so many bytes a second. */
const delayMs = 1000;
const bytesPerSecond = 4096;
/** Hubs above one another. */
const reliesMax = 16;

type Packed = readonly [
  url: string,
  origin: string,
  tag: number,
  rows: readonly VectorRow[],
  relies: string | null,
];

export interface KeepingParts {
  readonly node: Pick<NodeParts, 'store' | 'log' | 'ledger' | 'identity' | 'timers'>;
  /** The hub's address. */
  readonly url: string;
  /** Nobody can rely on this node: it has no links but to its hub. */
  readonly isLeaf: boolean;
  /** It is known, or not known any more, on whom this node relies. */
  readonly onRelies: () => void;
}

/** There is no keeper: what one had says nothing by the time that there is one again. */
export function forgetKept(ledger: Pick<SyncLedger, 'setNote'>): void {
  ledger.setNote(noteName, undefined);
  ledger.setNote(keeperName, undefined);
  ledger.setNote(recededName, undefined);
}

export class Keeping {
  /**
   * On whom this node relies: ids of its hub, and of whom that relies on, set apart by spaces; undefined where that is
   * not known.
   */
  relies: string | undefined;
  private readonly parts: KeepingParts;
  /** What was noted before this start and still counts; undefined where nothing does, and once the hub was met. */
  private recalled: VersionVector | undefined;
  private peer: Peer | undefined;
  /** What was let go of before the peer was met is within this; undefined: within what is recorded of that. */
  private before: VersionVector | undefined;
  /** All that is known to be kept is recorded to be let go of. */
  private isLetGo = false;
  private cancelTimer: (() => void) | undefined;

  /** To be made after this start was recorded. */
  constructor(parts: KeepingParts) {
    this.parts = parts;
    this.recalled = this.recall();
    if (this.recalled === undefined) parts.node.ledger.setNote(noteName, undefined);
    else this.relies = this.noted()?.[4] ?? undefined;
  }

  /** What the hub has for good, as far as is known and may be relied on; undefined where nothing is. */
  get kept(): VersionVector | undefined {
    if (!this.parts.isLeaf && this.relies === undefined) return undefined;
    return this.peer?.kept ?? this.recalled;
  }

  private noted(): Packed | undefined {
    const text = this.parts.node.ledger.notes.get(noteName);
    return text === undefined ? undefined : (JSON.parse(text) as Packed);
  }

  /**
   * What the note says, if it is of this address. Of what this node has made nothing at or above its present start can
   * be in it, unless the log has lost what the note speaks of: then it does not count.
   */
  private recall(): VersionVector | undefined {
    const { store, ledger, identity } = this.parts.node;
    const noted = this.noted();
    const started = ledger.starts.at(-1);
    if (noted === undefined || started === undefined || noted[0] !== this.parts.url) return undefined;
    const kept = vectorOf(noted[3], store.origins);
    const own = kept.get(identity.origin);
    if (own !== undefined && (own.stamp >= started.stamp || !identity.isOwnPast(own))) return undefined;
    return kept;
  }

  /** The hub was met: what another start of it said counts no more, nor what it does not say to have now. */
  met(peer: Peer): void {
    const { store, log } = this.parts.node;
    this.stop();
    this.before = lesser(this.reliedUpon(), peer.vector);
    this.peer = peer;
    this.recalled = undefined;
    this.noteKeeper(this.startOf(peer));
    this.isLetGo = false;
    peer.onKept = () => {
      this.isLetGo = false;
      // What a hub without a disk has does not outlive it.
      if (peer.facts.isDurable) this.schedule();
    };
    this.setRelies(this.reliesBy(peer));
    const noted = this.noted();
    if (noted === undefined) return;
    const [, origin, tag, rows, relies] = noted;
    const isSame = origin === store.origins.name(peer.origin) && tag === peer.facts.tag;
    const isRelied = relies === (this.relies ?? null);
    if (isSame && isRelied && peer.vector.dominates(vectorOf(rows, store.origins))) return;
    this.write(undefined);
    log.requestSync();
  }

  /**
   * Whether the hub, as it greets, lacks what it had once, and this node may have let go of. Where neither was running
   * at the time of the other's last start that can be said only of what this node did not wait to be told of.
   */
  hasLost(hub: Peer): boolean {
    const { store, ledger } = this.parts.node;
    if (store.holdsAll || ledger.notes.get(keeperName) === this.startOf(hub)) return false;
    return !hub.vector.dominates(this.reliedUpon());
  }

  /** Takes back what this node says to have and the hub has lost. The links are to begin anew. */
  recede(hub: Peer): void {
    const { store, ledger, log, identity } = this.parts.node;
    const relied = this.reliedUpon();
    const lost = [...relied.entries()].filter(([origin, { stamp }]) => !hub.vector.covers(origin, stamp));
    log.setSource('');
    log.commit(() => {});
    if (lost.some(([origin]) => origin === identity.origin)) identity.beginEpoch();
    else identity.begin();
    ledger.recede(
      lost.map(([origin]) => [origin, hub.vector.get(origin)]),
      (origin) => store.origins.name(origin),
    );
    // Who has given something that was let go of and is lost must give it again.
    const cursors = [...ledger.notes.keys()].filter((name) => name.startsWith(cursorPrefix));
    for (const name of [noteName, keeperName, ...cursors]) ledger.setNote(name, undefined);
    ledger.setNote(recededName, '1');
    log.commit(() => {});
    this.stop();
    this.before = lesser(relied, hub.vector);
    this.peer = undefined;
    this.recalled = undefined;
  }

  /** The hub has yet to be given what this node's log has of what it has lost: its answers would lack it. */
  get isGiving(): boolean {
    return this.parts.node.ledger.notes.has(recededName);
  }

  /**
   * The hub has durably all that this node's log had when they met. Where everything that others made comes from the
   * hub, it has all of that then, stated or not: of an origin that was given up nobody states anything any more.
   */
  given(hub: Peer): void {
    const { node, isLeaf } = this.parts;
    if (isLeaf) hub.keepsOthers(node.identity.origin, node.store.origins);
    if (this.isGiving) commitNotes(node.log, () => node.ledger.setNote(recededName, undefined));
  }

  /**
   * Something goes that the hub has: recorded with it, and so there after a restart, too. What all comes from the hub
   * is kept to the end of all stamps, and recorded once.
   */
  lettingGo(): void {
    if (this.isLetGo) return;
    this.isLetGo = true;
    const { ledger } = this.parts.node;
    for (const [origin, { stamp }] of this.kept?.entries() ?? []) ledger.lettingGo(origin, stamp);
  }

  /** What of this node's vector the hub was known to have: of that something may have been let go of. */
  private reliedUpon(): VersionVector {
    const { vector, letGo } = this.parts.node.ledger;
    const { before, peer, recalled } = this;
    const known = (before ?? letGo).clone();
    for (const [origin, { stamp, tag }] of (peer?.kept ?? recalled)?.entries() ?? []) {
      known.advance(origin, stamp, tag);
    }
    return lesser(vector, known);
  }

  private startOf({ origin, facts }: Peer): string {
    return `${this.parts.url} ${this.parts.node.store.origins.name(origin)} ${facts.tag}`;
  }

  private noteKeeper(start: string): void {
    const { log, ledger } = this.parts.node;
    if (ledger.notes.get(keeperName) === start) return;
    commitNotes(log, () => ledger.setNote(keeperName, start));
  }

  private reliesBy({ nodeId, facts }: Peer): string | undefined {
    if (facts.relies === undefined) return undefined;
    const ids = [nodeId, ...facts.relies.split(' ').filter((id) => id !== '')];
    const isSound = ids.length <= reliesMax && !ids.includes(this.parts.node.identity.nodeId);
    return isSound ? ids.join(' ') : undefined;
  }

  private setRelies(relies: string | undefined): void {
    if (relies === this.relies) return;
    this.relies = relies;
    this.parts.onRelies();
  }

  private schedule(): void {
    if (this.cancelTimer !== undefined) return;
    const { ledger, timers } = this.parts.node;
    const bytes = ledger.notes.get(noteName)?.length ?? 0;
    const waitMs = Math.max(delayMs, (bytes / bytesPerSecond) * 1000);
    this.cancelTimer = timers.after(waitMs, () => this.flush());
  }

  /** Notes what the hub has by now, where that is news. */
  flush(): void {
    if (this.cancelTimer === undefined) return;
    this.stop();
    const { peer } = this;
    if (peer === undefined) return;
    const { node, url } = this.parts;
    // Of what it keeps whatever comes, only what is here.
    const rows = rowsOf(lesser(node.ledger.vector, peer.kept), node.store.origins, []);
    const origin = node.store.origins.name(peer.origin);
    const packed: Packed = [url, origin, peer.facts.tag, rows, this.relies ?? null];
    this.write(JSON.stringify(packed));
  }

  /** Nothing is noted from now on. */
  stop(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  private write(text: string | undefined): void {
    const { log, ledger } = this.parts.node;
    commitNotes(log, () => ledger.setNote(noteName, text));
  }
}

/** What both vectors cover. */
function lesser(a: VersionVector, b: VersionVector): VersionVector {
  const both = new VersionVector();
  for (const [origin, { stamp, tag }] of a.entries()) {
    const other = b.get(origin);
    if (other === undefined) continue;
    if (other.stamp < stamp) both.advance(origin, other.stamp, other.tag);
    else both.advance(origin, stamp, tag);
  }
  return both;
}
