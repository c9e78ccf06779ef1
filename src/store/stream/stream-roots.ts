// What each stream of a store has outside of its entry: a root in the arena, which the entry names by a number, and for
// few of them an object beside it, with what is known of the key and with groups. It knows no open stream.
//
//   entry of the key   u32 number of the stream, by which its root is found
//   root               word 0-3 last id, 4-5 entries added, 6-9 greatest id deleted, 10-12 dot of the extent: stamp lower,
//                      upper, origin; 13-17 directory of the living, 18-22 directory of the dead
import { assert } from '../../base/assert.ts';
import { CommandError } from '../../base/errors.ts';
import { outOfMemory } from '../../resp/errors.ts';
import { ChunkDirectory, directoryWords } from '../chunk-directory.ts';
import type { KeyState } from '../key-state.ts';
import type { Ground } from '../keyspace.ts';
import type { StreamGroups } from './groups.ts';
import type { StreamTrim } from './trims.ts';

export const addedWord = 4;
export const deletedWord = 6;
export const extentWord = 10;
export const liveWord = 13;
export const deadWord = liveWord + directoryWords;
const rootWords = deadWord + directoryWords;
export const rootBytes = rootWords * 4;

/** What few streams have beside their root. */
export class StreamNest {
  /** The key's state but for its content; undefined = nothing worth remembering. */
  meta: KeyState | undefined;
  /** At most one of each origin. */
  trims: readonly StreamTrim[] = [];
  groups: StreamGroups | undefined;
}

export class StreamRoots {
  private readonly ground: Ground;
  /** Offsets by number; 0 = free. */
  private readonly offsets: number[] = [0];
  private readonly free: number[] = [];
  private readonly nests = new Map<number, StreamNest>();
  private readonly directory: ChunkDirectory;
  private readonly grave: ChunkDirectory;

  constructor(ground: Ground) {
    this.ground = ground;
    this.directory = new ChunkDirectory(ground, false);
    this.grave = new ChunkDirectory(ground, true);
  }

  /** The number of a new root, all zero. Throws CommandError OOM. */
  add(): number {
    const { ground, offsets } = this;
    const { arena } = ground;
    const root = arena.alloc(rootBytes, ground.reserveBytes);
    if (root === 0) {
      ground.starved = true;
      throw new CommandError(outOfMemory);
    }
    arena.i32.fill(0, root >> 2, (root >> 2) + rootWords);
    const number = this.free.pop() ?? offsets.length;
    offsets[number] = root;
    return number;
  }

  /** Frees a stream's root with all that is beside it, whatever is open meanwhile: an allocation may ask for this. */
  remove(number: number): void {
    this.empty(number);
    this.ground.arena.free(this.offsets[number]!);
    this.offsets[number] = 0;
    this.free.push(number);
    this.nests.delete(number);
  }

  /** Frees all that a stream has but its root, which is as a new one then, and what is known of the key. */
  empty(number: number): void {
    const w = this.wordOf(number);
    this.directory.load(w + liveWord);
    this.directory.free();
    this.grave.load(w + deadWord);
    this.grave.free();
    this.ground.arena.i32.fill(0, w, w + rootWords);
    const nest = this.nests.get(number);
    if (nest === undefined) return;
    nest.groups?.free();
    nest.groups = undefined;
    nest.trims = [];
  }

  /** The word index of a root. */
  wordOf(number: number): number {
    const root = this.offsets[number]!;
    assert(root !== 0, 'an entry names a stream that is gone');
    return root >> 2;
  }

  /** What a stream has beside its root, if anything. */
  nest(number: number): StreamNest | undefined {
    return this.nests.get(number);
  }

  nestToWrite(number: number): StreamNest {
    let nest = this.nests.get(number);
    if (nest === undefined) {
      nest = new StreamNest();
      this.nests.set(number, nest);
    }
    return nest;
  }

  /** Directories of what is remembered of dead entries, of each stream. Each is void with the next. */
  *graves(): Generator<ChunkDirectory, void, void> {
    for (const root of this.offsets) {
      if (root === 0) continue;
      this.grave.load((root >> 2) + deadWord);
      yield this.grave;
    }
  }

  /** Visits each block of all streams, with the number of its stream. */
  eachBlock(visit: (block: number, number: number) => void): void {
    const { directory, offsets, nests } = this;
    for (let number = 1; number < offsets.length; number++) {
      const root = offsets[number]!;
      if (root === 0) continue;
      const note = (block: number): void => visit(block, number);
      note(root);
      for (const word of [liveWord, deadWord]) {
        directory.load((root >> 2) + word);
        directory.eachBlock(note);
      }
      nests.get(number)?.groups?.eachBlock(note);
    }
  }

  /**
   * A block was copied from `from` to `to`: takes note where it is of the stream of this number; false where it is not.
   */
  moveBlock(number: number, from: number, to: number): boolean {
    const root = this.offsets[number]!;
    if (root === from) {
      this.offsets[number] = to;
      return true;
    }
    return (
      moveChunk(this.directory, (root >> 2) + liveWord, from, to) ||
      moveChunk(this.grave, (root >> 2) + deadWord, from, to) ||
      this.nests.get(number)?.groups?.moveBlock(from, to) === true
    );
  }
}

function moveChunk(directory: ChunkDirectory, w: number, from: number, to: number): boolean {
  directory.load(w);
  if (!directory.moveBlock(from, to)) return false;
  directory.save(w);
  return true;
}
