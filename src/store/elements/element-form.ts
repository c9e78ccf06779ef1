// What a collection of elements does in whichever form it is in: packed-elements.ts for the small, nested-elements.ts
// for the large. All of it is about the collection that is open (open-elements.ts), which is in this form. A form knows
// its elements, and neither when the key comes and goes nor when it changes its form: that is for elements.ts.
import type { Dot, KeyState } from '../key-state.ts';
import type { Element } from './element.ts';

/** Receives one element: ranges of bytes that are valid during the call. */
export type ElementVisitor = (
  name: Uint8Array,
  nameOffset: number,
  nameLength: number,
  value: Uint8Array,
  valueOffset: number,
  valueLength: number,
) => void;

/** An element, live or dead, as a copy. */
export interface ElementState {
  readonly name: Uint8Array;
  readonly state: KeyState;
}

export interface ElementForm {
  /** Live elements, those that have expired and are not purged yet among them. */
  readonly size: number;
  /** How many of these have expired. */
  readonly hiddenCount: number;
  /** Whether dead elements are remembered; asked where none lives. */
  readonly hasDead: boolean;
  /** Whether some element may be more than a value under one dot. */
  readonly hasStates: boolean;
  /** The key's state but for its content and its expiry; undefined = nothing worth remembering. */
  readonly beside: KeyState | undefined;
  setBeside(state: KeyState | undefined): void;

  /** Reads an element into the open collection's value; false where there is none, or it has expired. */
  get(name: Uint8Array, offset: number, length: number): boolean;
  /** Visits a part of what has not expired at `atMs`: see Elements.scan. */
  scan(cursor: number, count: number, visit: ElementVisitor, atMs: number): number;
  /** Draws an element at random, where some are shown, into the open collection's `drawnOffset` and `drawnLength`. */
  draw(random: () => number): void;
  /** Reads the value of the element drawn last. */
  readDrawn(): void;

  /** Puts an element, and records it. Returns whether it is new. Throws CommandError OOM and changes nothing then. */
  put(element: Element): boolean;
  /** Removes a live element, and records that; false where there is none. */
  drop(name: Uint8Array, offset: number, length: number): boolean;
  /** The same for the element drawn last. */
  dropDrawn(): void;
  /** Clears an element in whatever state it is; `isPurge` as of Store.clear. */
  clear(name: Uint8Array, isPurge: boolean): void;

  /**
   * Adds a whole number to the score of a member that only this node has counted on, in place. Returns the new score;
   * undefined, with nothing changed, where it is another case.
   */
  countScore(name: Uint8Array, offset: number, length: number, by: number): number | undefined;
  /** Adds to an element as Strings does to a key; the caller says that it is within the collection. */
  count(name: Uint8Array, offset: number, length: number, by: number | bigint): number | bigint;
  countDecimal(name: Uint8Array, offset: number, length: number, by: string): string;
  /** States a deadline of an element that is there; the caller says that it is within the collection. */
  expire(name: Uint8Array, offset: number, length: number, deadlineMs: number): void;

  /** What follows is for joins, scans and repairs. */
  stateOfElement(name: Uint8Array, offset: number, length: number): KeyState;
  /** Keeps the state of an element, for which there is room. */
  saveElement(name: Uint8Array, offset: number, length: number, state: KeyState): void;
  /** Elements, live ones and dead ones as asked for. */
  states(wants: (isLive: boolean) => boolean): ElementState[];
  /** All elements, but for some of which everything is above `dot`. */
  statesUpTo(dot: Dot): ElementState[];
  /** Copies of the names of elements that are counted on. */
  counters(): Uint8Array[];
  /** Forgets a dead element; false where it cannot. `isTomb`: the key is buried. */
  forget(name: Uint8Array, isTomb: boolean): boolean;
  /** Takes all elements out at once; nothing is remembered of them. */
  empty(): void;
}
