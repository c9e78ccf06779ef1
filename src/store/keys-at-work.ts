// Keys in whose midst work is that takes several turns: a large batch of a peer is joined, many elements are removed.
// Until it is done nobody may see, evict or ship what they hold, and no snapshot may count that has seen a part of it,
// for its deltas count all at once, at the end (delta-run.ts). There is one such work at a time. It knows neither
// commands nor links.
export interface KeyAtWork {
  /** The keyspace. */
  readonly db: number;
  readonly key: Uint8Array;
}

function nameOf(db: number, key: Uint8Array, offset: number, length: number): string {
  return `${db}:${Buffer.from(key.buffer, key.byteOffset + offset, length).toString('latin1')}`;
}

/** Names of keys, by which it is told whether a key is one of them. */
export class KeyNames {
  private readonly names = new Set<string>();

  static of(keys: Iterable<KeyAtWork>): KeyNames {
    const names = new KeyNames();
    for (const { db, key } of keys) names.add(db, key, 0, key.length);
    return names;
  }

  get size(): number {
    return this.names.size;
  }

  add(db: number, key: Uint8Array, offset: number, length: number): void {
    this.names.add(nameOf(db, key, offset, length));
  }

  has(db: number, key: Uint8Array, offset: number, length: number): boolean {
    return this.names.has(nameOf(db, key, offset, length));
  }
}

const noNames = new KeyNames();

export class KeysAtWork {
  /** Told when work has begun, and when it has ended, before those who wait for that. */
  onChange: (() => void) | undefined;
  /** Whether dots of others may be taken in meanwhile, of other keys. */
  takesDots = false;
  /** How much work has ended so far. */
  ended = 0;
  private names = noNames;
  private finish: (() => void) | undefined;
  private waiting: (() => void)[] = [];

  get isAny(): boolean {
    return this.finish !== undefined;
  }

  /** `finish` does all the rest at once, and ends the work. There must be none so far. */
  begin(keys: KeyNames, takesDots: boolean, finish: () => void): void {
    this.takesDots = takesDots;
    this.names = keys;
    this.finish = finish;
    this.onChange?.();
  }

  end(): void {
    this.names = noNames;
    this.finish = undefined;
    this.ended += 1;
    this.onChange?.();
    const { waiting } = this;
    this.waiting = [];
    for (const run of waiting) run();
  }

  has(db: number, key: Uint8Array, offset: number, length: number): boolean {
    return this.isAny && this.names.has(db, key, offset, length);
  }

  /** Calls `run` when the work that is under way has ended; there may be other work by then. */
  whenFree(run: () => void): void {
    this.waiting.push(run);
  }

  /** Resolves when the work that is under way has ended. */
  free(): Promise<void> {
    return new Promise((resolve) => this.whenFree(resolve));
  }

  /** Has the work that is under way done at once, for whoever cannot wait. */
  hurry(): void {
    this.finish?.();
  }
}
