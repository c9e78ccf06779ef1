// A nest: a large collection. Its elements are entries in tables of its own, each a little string key, so all that is
// true of strings (counters, states, tombs, compression) is true of them. What the tables need beside the arena, their
// directories, hangs on this object; the key's entry has the nest's number. It knows no commands and no deltas.
import { assert } from '../base/assert.ts';
import { EntryType } from './entry.ts';
import type { KeyState } from './key-state.ts';
import { type Ground, Keyspace } from './keyspace.ts';

export class Nest {
  readonly type: number;
  /** The elements: live ones in its table, dead ones in its grave. */
  readonly elements: Keyspace;
  /** The key's state but for its content; undefined = nothing worth remembering. */
  meta: KeyState | undefined;
  /** Some element is or was a counter: a clear must record its slots. */
  hasCounters = false;
  /** Where the next look at a part of the dead begins. */
  pruneCursor = 0;

  constructor(type: number, keyspace: number, ground: Ground) {
    this.type = type;
    this.elements = new Keyspace(keyspace, ground, true, type === EntryType.zset);
  }
}

/** Numbers fit the word of an entry that says of which nest it is. */
const nestsMax = 2 ** 24;

/** The nests of a store, by number. Numbers of nests that are gone are given out again. */
export class Nests {
  private readonly nests: (Nest | undefined)[] = [];
  private readonly free: number[] = [];
  /** Those that have a key in the making in place of elements, which does not say of which nest it is. */
  private readonly keysInMaking = new Set<Nest>();

  get count(): number {
    return this.nests.length - this.free.length;
  }

  /** Returns the number of a nest, which has no elements yet: each of them will say whose it is. */
  add(nest: Nest): number {
    const number = this.free.pop() ?? this.nests.length;
    assert(number < nestsMax, 'there are too many large collections');
    this.nests[number] = nest;
    nest.elements.owner = number;
    if (nest.type === EntryType.string) this.keysInMaking.add(nest);
    return number;
  }

  /** Where keys are that nobody sees yet. */
  staged(): Keyspace[] {
    return Array.from(this.keysInMaking, (nest) => nest.elements);
  }

  get(number: number): Nest {
    const nest = this.nests[number];
    assert(nest !== undefined, 'an entry names a nest that is gone');
    return nest;
  }

  remove(number: number): void {
    this.keysInMaking.delete(this.get(number));
    this.nests[number] = undefined;
    this.free.push(number);
  }

  find(number: number): Nest | undefined {
    return this.nests[number];
  }

  /** The first number from `number` on that is given out, or one past the last. */
  from(number: number): number {
    let at = number;
    while (at < this.nests.length && this.nests[at] === undefined) at += 1;
    return at;
  }

  *all(): Iterable<Nest> {
    for (const nest of this.nests) if (nest !== undefined) yield nest;
  }
}
