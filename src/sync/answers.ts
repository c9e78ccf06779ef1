// The answers to a peer's wants: made one after the other, each only once the socket has room, so that however many
// keys are asked for, no more than one of them waits in memory. What is not held whole here is fetched from where it is
// kept first, some at a time; what cannot be had is refused, so that it holds up nothing else. An answer shows the
// present state, so it waits until the log is durable as far as that goes. It knows no wants but those that it was
// given, and of the connection what waits in it.
import { FerriteError } from '../base/errors.ts';
import { BatchWriter } from '../delta/batch-writer.ts';
import { frameHeaderBytes } from './frame.ts';
import type { SyncLimits } from './limits.ts';
import type { SyncLog, SyncStore, Timers } from './ports.ts';
import type { Rest } from './rest.ts';

/**
 * Of what a peer may want at a time, one in so many is fetched at a time: the keeper's table has room for others, too.
 */
const fetchShare = 4;
/** So long a key may take to come from the keeper. */
export const fetchMsMax = 10_000;

export interface AnswersParts {
  readonly store: Pick<SyncStore, 'origins' | 'atWork' | 'holds' | 'emitKey'>;
  readonly log: Pick<SyncLog, 'seq' | 'durableSeq' | 'writer' | 'commit' | 'requestSync'>;
  readonly limits: Pick<SyncLimits, 'wantsMax'>;
  readonly timers: Pick<Timers, 'after'>;
  /** See SenderParts. */
  readonly rest: Pick<Rest, 'fetch'> | undefined;
  /** The frames of an answer that stands in the writer. */
  readonly framesOf: (writer: BatchWriter, want: number) => readonly Buffer[];
  readonly put: (frame: Buffer) => void;
  /** The largest that the peer takes. */
  readonly bytesMax: () => number;
  /** Tells the peer that the key cannot be had now, and why. */
  readonly refuse: (want: number, error: string) => void;
  /** Whether the socket takes more now; `send` is called when it does again. */
  readonly hasRoom: () => boolean;
}

interface Asked {
  readonly want: number;
  readonly db: number;
  readonly key: Buffer;
}

export class Answers {
  private readonly parts: AnswersParts;
  private readonly asked: Asked[] = [];
  /** Those to be fetched once others are here. */
  private readonly far: Asked[] = [];
  /** How to give up what is fetched now. */
  private readonly fetches = new Set<() => void>();
  /** Asked for, and neither answered nor refused. */
  private openCount = 0;
  /** Made, and not durable here yet. */
  private made: { readonly frames: readonly Buffer[]; readonly holdSeq: number } | undefined;
  private isSending = false;
  private awaitsFree = false;
  private stopped = false;

  constructor(parts: AnswersParts) {
    this.parts = parts;
  }

  /**
   * The peer wants all that is known of the key. Throws FerriteError LINK_PROTOCOL where it wants too much at a time.
   */
  ask(want: number, db: number, key: Buffer): void {
    const { wantsMax } = this.parts.limits;
    this.openCount += 1;
    if (this.openCount > wantsMax) {
      throw new FerriteError('LINK_PROTOCOL', `more than ${wantsMax} keys are wanted at a time`);
    }
    this.asked.push({ want, db, key });
    this.send();
  }

  /** Sends what it may; to be called whenever the socket has taken something or more of the log is durable. */
  send(): void {
    // What is sent or committed here can call it again.
    if (this.isSending) return;
    this.isSending = true;
    try {
      this.sendWhilePossible();
    } finally {
      this.isSending = false;
    }
  }

  private sendWhilePossible(): void {
    const { log, hasRoom, put } = this.parts;
    while (!this.stopped && hasRoom()) {
      this.made ??= this.next();
      if (this.made === undefined) return;
      const { frames, holdSeq } = this.made;
      if (log.durableSeq < holdSeq) {
        // What was recorded when it was made may be nobody else's to commit: a read that purged a key.
        if (log.seq < holdSeq) log.commit(() => {});
        log.requestSync();
        if (log.durableSeq < holdSeq) return;
      }
      this.made = undefined;
      this.openCount -= 1;
      for (const frame of frames) put(frame);
    }
  }

  stop(): void {
    this.stopped = true;
    this.asked.length = 0;
    this.far.length = 0;
    this.made = undefined;
    for (const giveUp of [...this.fetches]) giveUp();
  }

  private next(): { frames: readonly Buffer[]; holdSeq: number } | undefined {
    const { store, log, rest, framesOf } = this.parts;
    if (this.asked.length > 0 && store.atWork.isAny) {
      this.awaitFree();
      return undefined;
    }
    for (let asked = this.asked.shift(); asked !== undefined; asked = this.asked.shift()) {
      const { want, db, key } = asked;
      if (rest !== undefined && !store.holds(db, key)) {
        this.far.push(asked);
        this.fetchNext(rest);
        continue;
      }
      const writer = new BatchWriter(store.origins);
      writer.reset(frameHeaderBytes);
      store.emitKey(writer, db, key);
      if (writer.pos > this.parts.bytesMax()) {
        this.refuse(want, `${writer.pos} bytes are too large for the peer`);
        continue;
      }
      return { frames: framesOf(writer, want), holdSeq: log.seq + log.writer.count };
    }
    return undefined;
  }

  private awaitFree(): void {
    if (this.awaitsFree) return;
    this.awaitsFree = true;
    this.parts.store.atWork.whenFree(() => {
      this.awaitsFree = false;
      this.send();
    });
  }

  private fetchNext(rest: Pick<Rest, 'fetch'>): void {
    const fetchesMax = Math.ceil(this.parts.limits.wantsMax / fetchShare);
    while (this.fetches.size < fetchesMax) {
      const asked = this.far.shift();
      if (asked === undefined) return;
      this.fetch(asked, rest);
    }
  }

  private fetch(asked: Asked, rest: Pick<Rest, 'fetch'>): void {
    const { timers } = this.parts;
    let cancelFetch = (): void => {};
    let cancelTimer = (): void => {};
    const giveUp = (): void => {
      this.fetches.delete(giveUp);
      cancelFetch();
      cancelTimer();
    };
    const end = (error: string | undefined): void => {
      if (!this.fetches.has(giveUp)) return;
      giveUp();
      // It may be told in the midst of another link's turn.
      timers.after(0, () => this.fetched(asked, error, rest));
    };
    this.fetches.add(giveUp);
    cancelTimer = timers.after(fetchMsMax, () => end(`the hub has not answered for ${fetchMsMax} ms`));
    cancelFetch = rest.fetch(asked.db, asked.key, end);
  }

  private fetched(asked: Asked, error: string | undefined, rest: Pick<Rest, 'fetch'>): void {
    if (this.stopped) return;
    if (error === undefined) this.asked.push(asked);
    else this.refuse(asked.want, error);
    this.fetchNext(rest);
    this.send();
  }

  private refuse(want: number, error: string): void {
    this.openCount -= 1;
    this.parts.refuse(want, error);
  }
}
