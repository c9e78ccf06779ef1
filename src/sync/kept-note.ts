// What the keeper has told to have for good, remembered across restarts: so a node that comes up while its keeper cannot
// be reached still knows what it may evict. It is one note in the ledger, bound to the address dialed and to origin and
// tag of the keeper's start that said it, so that of a keeper which was replaced or rolled back nothing counts once it is
// met. It errs to one side only: it may be behind what the keeper has, never ahead. It evicts nothing itself.
//
// Note `kept`: JSON of [address, origin, tag, [[origin, stamp, tag], ...]].
import type { VersionVector } from '../delta/vector.ts';
import type { VectorRow } from './envelope.ts';
import type { NodeParts } from './greeting.ts';
import { notesSource, type Peer, rowsOf, vectorOf } from './peer.ts';
import type { SyncLedger } from './ports.ts';

const noteName = 'kept';
/** Between two notes at least so long, and so long that they are no more than so many bytes a second. */
const delayMs = 1000;
const bytesPerSecond = 4096;

type Packed = readonly [url: string, origin: string, tag: number, rows: readonly VectorRow[]];

export type KeptNoteParts = Pick<NodeParts, 'store' | 'log' | 'ledger' | 'identity' | 'timers'>;

/** There is no keeper: what one had says nothing by the time that there is one again. */
export function forgetKept(ledger: Pick<SyncLedger, 'setNote'>): void {
  ledger.setNote(noteName, undefined);
}

export class KeptNote {
  /** What was noted before this start and still counts; undefined where nothing does, and once the keeper was met. */
  recalled: VersionVector | undefined;
  private readonly parts: KeptNoteParts;
  private readonly url: string;
  private peer: Peer | undefined;
  private cancelTimer: (() => void) | undefined;

  /** `url`: the keeper's address. To be made after this start was recorded. */
  constructor(parts: KeptNoteParts, url: string) {
    this.parts = parts;
    this.url = url;
    this.recalled = this.recall();
    if (this.recalled === undefined) forgetKept(parts.ledger);
  }

  private noted(): Packed | undefined {
    const text = this.parts.ledger.notes.get(noteName);
    return text === undefined ? undefined : (JSON.parse(text) as Packed);
  }

  /**
   * What the note says, if it is of this address. Of what this node has made nothing at or above its present start can be
   * in it, unless the log has lost what the note speaks of: then it does not count.
   */
  private recall(): VersionVector | undefined {
    const { store, ledger, identity } = this.parts;
    const noted = this.noted();
    const started = ledger.starts.at(-1);
    if (noted === undefined || started === undefined || noted[0] !== this.url) return undefined;
    const kept = vectorOf(noted[3], store.origins);
    const own = kept.get(identity.origin);
    if (own !== undefined && (own.stamp >= started.stamp || !identity.isOwnPast(own))) return undefined;
    return kept;
  }

  /** The keeper was met: what another start of it said counts no more, nor what it does not say to have now. */
  met(peer: Peer): void {
    const { store, log } = this.parts;
    this.stop();
    this.peer = peer;
    this.recalled = undefined;
    // What a keeper without a disk has does not outlive it.
    if (peer.facts.isDurable) peer.onKept = () => this.schedule();
    const noted = this.noted();
    if (noted === undefined) return;
    const [, origin, tag, rows] = noted;
    const isSame = origin === store.origins.name(peer.origin) && tag === peer.facts.tag;
    if (isSame && peer.vector.dominates(vectorOf(rows, store.origins))) return;
    this.write(undefined);
    log.requestSync();
  }

  private schedule(): void {
    if (this.cancelTimer !== undefined) return;
    const bytes = this.parts.ledger.notes.get(noteName)?.length ?? 0;
    const waitMs = Math.max(delayMs, (bytes / bytesPerSecond) * 1000);
    this.cancelTimer = this.parts.timers.after(waitMs, () => this.flush());
  }

  /** Notes what the keeper has by now, where that is news. */
  flush(): void {
    if (this.cancelTimer === undefined) return;
    this.stop();
    const { peer } = this;
    if (peer === undefined) return;
    const { store } = this.parts;
    const rows = rowsOf(this.counted(peer), store.origins, []);
    const packed: Packed = [this.url, store.origins.name(peer.origin), peer.facts.tag, rows];
    this.write(JSON.stringify(packed));
  }

  /** Nothing is noted from now on. */
  stop(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  /** What it keeps; of what it makes itself, which is kept whatever comes, only what is here. */
  private counted({ kept, origin }: Peer): VersionVector {
    const counted = kept.clone();
    const here = this.parts.ledger.vector.get(origin);
    counted.retract(origin, undefined);
    if (here !== undefined && kept.covers(origin, here.stamp)) counted.advance(origin, here.stamp, here.tag);
    return counted;
  }

  private write(text: string | undefined): void {
    const { log, ledger } = this.parts;
    log.setSource(notesSource);
    ledger.setNote(noteName, text);
    log.setSource('');
    log.commit(() => {});
  }
}
