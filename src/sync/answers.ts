// The answers to a peer's wants: made one after the other, each only once the socket has room, so that however many keys
// are asked for, no more than one of them waits in memory. What is not held whole here is fetched from where it is kept
// first. An answer shows the present state, so it waits until the log is durable as far as that goes. It knows no wants but
// those that it was given, and of the connection what waits in it.
import { FerriteError } from '../base/errors.ts';
import { BatchWriter } from '../delta/batch-writer.ts';
import { frameHeaderBytes } from './frame.ts';
import type { SyncLimits } from './limits.ts';
import type { SyncLog, SyncStore, Timers } from './ports.ts';
import type { Rest } from './rest.ts';

export interface AnswersParts {
  readonly store: Pick<SyncStore, 'origins' | 'atWork' | 'holds' | 'emitKey'>;
  readonly log: Pick<SyncLog, 'seq' | 'durableSeq' | 'writer' | 'commit' | 'requestSync'>;
  readonly limits: Pick<SyncLimits, 'retryMs' | 'wantsMax'>;
  readonly timers: Pick<Timers, 'after'>;
  /** See SenderParts. */
  readonly rest: Pick<Rest, 'fetch'> | undefined;
  /** The frames of an answer that stands in the writer. */
  readonly framesOf: (writer: BatchWriter, want: number) => readonly Buffer[];
  readonly put: (frame: Buffer) => void;
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
  /** Asked for and not answered. */
  private openCount = 0;
  /** Made, and not durable here yet. */
  private made: { readonly frames: readonly Buffer[]; readonly holdSeq: number } | undefined;
  private isSending = false;
  private awaitsFree = false;
  private stopped = false;

  constructor(parts: AnswersParts) {
    this.parts = parts;
  }

  /** The peer wants all that is known of the key. Throws FerriteError LINK_PROTOCOL where it wants too much at a time. */
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
    this.made = undefined;
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
        this.fetch(asked, rest);
        continue;
      }
      const writer = new BatchWriter(store.origins);
      writer.reset(frameHeaderBytes);
      store.emitKey(writer, db, key);
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

  private fetch(asked: Asked, rest: Pick<Rest, 'fetch'>): void {
    const { timers, limits } = this.parts;
    const again = (): void => {
      if (this.stopped) return;
      this.asked.push(asked);
      this.send();
    };
    rest.fetch(asked.db, asked.key, (error) => {
      timers.after(error === undefined ? 0 : limits.retryMs, again);
    });
  }
}
