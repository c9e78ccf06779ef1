// Looks up early what the requests of a batch will ask for: their commands, and of their keys, and of the elements that
// they name in large collections, the places in the tables. What one find after another would wait for is loaded
// together. It changes nothing and knows no command by name.
import { EntryType } from '../store/entry.ts';
import { expectedMax } from '../store/hash.ts';
import type { Nest } from '../store/nest.ts';
import type { Store } from '../store/store.ts';
import type { CommandEntry, CommandTable } from './command-table.ts';
import type { RequestArgs } from './executor.ts';

/** A single request with fewer arguments has no keys to look up early. */
const argumentsMin = 5;

export class Lookahead {
  private readonly store: Store;
  private readonly table: CommandTable;
  /** The requests that will be executed next, their commands, and how many of them have been taken. */
  private requests: readonly RequestArgs[] = [];
  private readonly commands: (CommandEntry | undefined)[] = [];
  private count = 0;
  private taken = 0;
  private readonly keyHashes = new Int32Array(expectedMax);
  private keyCount = 0;
  /**
   * Of requests that name an element: their number, the hash of the key, and of the element the place kept for its
   * hash, and its length.
   */
  private readonly naming = new Int32Array(expectedMax);
  private readonly namedKeys = new Int32Array(expectedMax);
  private readonly named = new Int32Array(expectedMax);
  private readonly namedLengths = new Int32Array(expectedMax);
  private namedCount = 0;
  /** Hashes of elements of one collection. */
  private readonly elements = new Int32Array(expectedMax);

  constructor(store: Store, table: CommandTable) {
    this.store = store;
    this.table = table;
  }

  /** The first `count` of these requests will be executed next, by a client of database `db`. */
  expect(requests: readonly RequestArgs[], count: number, db: number): void {
    if (count === 1 && requests[0]!.argc < argumentsMin) return;
    const { buf } = requests[count - 1]!;
    this.requests = requests;
    this.count = count;
    this.taken = 0;
    this.keyCount = 0;
    this.namedCount = 0;
    for (let i = 0; i < count; i++) {
      const args = requests[i]!;
      const command = this.table.find(args.buf, args.offsets[0]!, args.lengths[0]!);
      this.commands[i] = command;
      if (command !== undefined && args.buf === buf) this.expectKeys(command, args, i);
    }
    this.store.keyspace(db).table.warmFor(this.keyHashes, this.keyCount);
    if (this.namedCount > 0) this.warmElements(db);
  }

  /** The command that a request names. */
  commandOf(args: RequestArgs): CommandEntry | undefined {
    const { taken } = this;
    if (taken < this.count && this.requests[taken] === args) {
      this.taken = taken + 1;
      return this.commands[taken];
    }
    return this.table.find(args.buf, args.offsets[0]!, args.lengths[0]!);
  }

  /** The batch is done; its bytes may change. */
  rest(): void {
    this.count = 0;
    const { hash } = this.store;
    if (hash.expectedCount > 0) hash.expectNone();
  }

  private expectKeys(command: CommandEntry, args: RequestArgs, number: number): void {
    const { keyRange, element } = command;
    if (keyRange === undefined) return;
    const { buf, offsets, lengths, argc } = args;
    const { hash } = this.store;
    const { first, last, step } = keyRange;
    const to = Math.min(last < 0 ? argc + last : last, argc - 1);
    for (let k = first; k <= to; k += step) {
      if (!hash.expect(buf, offsets[k]!, lengths[k]!)) return;
      this.keyHashes[this.keyCount++] = hash.hashes[hash.expectedCount - 1]!;
    }
    if (element === 0 || element >= argc) return;
    // Only in a large collection is it looked for by its hash.
    const place = hash.expectPerhaps(buf, offsets[element]!);
    if (place < 0) return;
    const { namedCount } = this;
    this.naming[namedCount] = number;
    this.namedKeys[namedCount] = this.keyHashes[this.keyCount - 1]!;
    this.named[namedCount] = place;
    this.namedLengths[namedCount] = lengths[element]!;
    this.namedCount = namedCount + 1;
  }

  private warmElements(db: number): void {
    const { elements } = this;
    const { hash } = this.store;
    let nest: Nest | undefined;
    let count = 0;
    for (let i = 0; i < this.namedCount; i++) {
      // Two keys with one hash are loaded for in vain, and no more.
      if (i === 0 || this.namedKeys[i] !== this.namedKeys[i - 1]) {
        nest?.elements.table.warmFor(elements, count);
        nest = this.nestOf(db, i);
        count = 0;
      }
      if (nest !== undefined) elements[count++] = hash.confirm(this.named[i]!, this.namedLengths[i]!);
    }
    nest?.elements.table.warmFor(elements, count);
  }

  /** The large collection of hash, set or sorted set that a request names an element of; undefined where it is none. */
  private nestOf(db: number, naming: number): Nest | undefined {
    const { store } = this;
    const number = this.naming[naming]!;
    const { buf, offsets, lengths } = this.requests[number]!;
    const { first } = this.commands[number]!.keyRange!;
    const at = store.keyspace(db).entryOf(this.namedKeys[naming]!, buf, offsets[first]!, lengths[first]!);
    if (at === 0) return undefined;
    const type = store.entries.type(at);
    const isNamed = type === EntryType.hash || type === EntryType.set || type === EntryType.zset;
    return isNamed ? store.elements.nestAt(at) : undefined;
  }
}
