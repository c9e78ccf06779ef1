// The keys that a node asks its peer for, by `want`: each once, however many need it, and no more at a time than the
// peer takes. A key that cannot be had is asked for again by and by where a batch waits for it; clients are told. The
// other side is answers.ts. It joins nothing, and of the connection it knows how to ask.
import type { Payload } from './envelope.ts';
import type { SyncLimits } from './limits.ts';
import type { Timers } from './ports.ts';

/** Told of the end of a fetch: undefined, or why the key could not be had. */
export type FetchDone = (error: string | undefined) => void;

/** A key that was asked for, or is to be. */
export interface Wanted {
  readonly db: number;
  readonly key: Buffer;
}

interface Want extends Wanted {
  readonly name: string;
  /** Clients that need it. */
  readonly waiting: Set<FetchDone>;
  /** A batch waits for it. */
  isForBatch: boolean;
}

export interface WantsParts {
  readonly limits: Pick<SyncLimits, 'wantsMax' | 'retryMs'>;
  readonly timers: Pick<Timers, 'after'>;
  readonly figures: { wants: number; wantsRefused: number };
  readonly ask: (payload: Payload<'want'>) => void;
}

const linkDown = 'the link went down';

function nameOf(db: number, key: Buffer): string {
  return `${db}:${key.toString('base64')}`;
}

export class Wants {
  private readonly parts: WantsParts;
  private readonly wants = new Map<number, Want>();
  private readonly numbers = new Map<string, number>();
  /** Those of which the answers are awaited, or wait for room. */
  private readonly asked = new Set<number>();
  /** Those that are asked for once others are answered, or refused. */
  private readonly unasked: number[] = [];
  private nextNumber = 1;
  private stopped = false;

  constructor(parts: WantsParts) {
    this.parts = parts;
  }

  /** Gives all of them up. */
  stop(): void {
    this.stopped = true;
    const waiting = [...this.wants.values()].flatMap((want) => [...want.waiting]);
    this.wants.clear();
    this.numbers.clear();
    this.unasked.length = 0;
    for (const done of waiting) done(linkDown);
  }

  /** How many there are. */
  get count(): number {
    return this.wants.size;
  }

  get(number: number): Wanted | undefined {
    return this.wants.get(number);
  }

  /** Whether an answer is awaited. */
  isAsked(number: number): boolean {
    return this.asked.has(number);
  }

  /** Whether a key was asked for, and is not here yet. */
  awaits(db: number, key: Buffer): boolean {
    return this.wants.size > 0 && this.numbers.has(nameOf(db, key));
  }

  /**
   * Asks for all of a key, once however many need it; `done` is told in the middle of a turn of the link. Returns how
   * to give it up.
   */
  fetch(db: number, key: Buffer, done: FetchDone): () => void {
    if (this.stopped) {
      done(linkDown);
      return () => {};
    }
    const want = this.wants.get(this.add(db, key, false));
    want?.waiting.add(done);
    return () => want?.waiting.delete(done);
  }

  /** Asks for a key for which a batch waits; returns the number of the want. */
  need(db: number, key: Buffer): number {
    return this.add(db, key, true);
  }

  private add(db: number, key: Buffer, isForBatch: boolean): number {
    const name = nameOf(db, key);
    const known = this.numbers.get(name);
    if (known !== undefined) {
      this.wants.get(known)!.isForBatch ||= isForBatch;
      return known;
    }
    const number = this.nextNumber++;
    this.wants.set(number, { name, db, key: Buffer.from(key), waiting: new Set(), isForBatch });
    this.numbers.set(name, number);
    this.parts.figures.wants += 1;
    this.unasked.push(number);
    this.askNext();
    return number;
  }

  private askNext(): void {
    while (this.asked.size < this.parts.limits.wantsMax) {
      const number = this.unasked.shift();
      if (number === undefined) return;
      const want = this.wants.get(number);
      if (want === undefined) continue;
      this.asked.add(number);
      this.parts.ask({ want: number, db: want.db, key: want.key.toString('base64') });
    }
  }

  /**
   * A key that was asked for in vain is asked for again by and by, behind all others; `factor` times as late as usual.
   */
  askLater(number: number, factor = 1): void {
    const { timers, limits } = this.parts;
    this.asked.delete(number);
    timers.after(limits.retryMs * factor, () => {
      this.unasked.push(number);
      this.askNext();
    });
    this.askNext();
  }

  /**
   * The peer cannot have a key that was asked for, or it is too large. Clients are told so; a batch goes on waiting for
   * it, which asks again `factor` times as late as usual.
   */
  refused(number: number, error: string, factor = 1): void {
    const want = this.wants.get(number);
    if (want === undefined || !this.asked.has(number)) return;
    this.parts.figures.wantsRefused += 1;
    const waiting = [...want.waiting];
    want.waiting.clear();
    if (want.isForBatch) this.askLater(number, factor);
    else this.end(number, want);
    for (const done of waiting) done(error);
  }

  /** The answer is here. Returns whom to tell. */
  answered(number: number): Iterable<FetchDone> {
    const want = this.wants.get(number);
    if (want === undefined) return [];
    this.end(number, want);
    return want.waiting;
  }

  private end(number: number, want: Want): void {
    this.wants.delete(number);
    this.numbers.delete(want.name);
    this.asked.delete(number);
    this.askNext();
  }
}
