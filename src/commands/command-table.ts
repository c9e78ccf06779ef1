// The commands by name: lookup by the bytes of a request without making a string of them, and figures by command. All
// entries have one shape, and what is asked of them for each request is in themselves, so that dispatch stays
// monomorphic: specs are of many shapes, each of which would have V8 compile anew whoever reads them.
import { assert } from '../base/assert.ts';
import type { Call } from './call.ts';
import type { CommandSpec, KeyRange, KeySpec } from './command.ts';
import { keySpecsOf } from './keys-of.ts';
import { bucketCount, bucketOf } from './latency-buckets.ts';

/** The buckets of what has not run: a start makes hundreds of entries, of which a node uses a few. */
const noRuns: Float64Array = new Float64Array(bucketCount);

export class CommandEntry {
  /** Its number among all commands and subcommands of a table. */
  readonly id: number;
  readonly spec: CommandSpec;
  /** By which a request names it, in lower case. */
  readonly word: string;
  /** The same; of a subcommand `container|name`. */
  readonly name: string;
  readonly arity: number;
  readonly isWrite: boolean;
  readonly needsNoAuth: boolean;
  readonly needsMemory: boolean;
  readonly isForbiddenInMulti: boolean;
  readonly isReadOnly: boolean;
  readonly isFast: boolean;
  /** With so many arguments at most its cost does not grow with the data. */
  readonly constantArgc: number;
  /** Not for MONITOR. */
  readonly isHidden: boolean;
  readonly keyRange: KeyRange | undefined;
  /** The argument that names an element of its one key; 0 = none does. */
  readonly element: number;
  readonly keySpecs: readonly KeySpec[];
  /** All its keys are in `keyRange`, and in the client's database. */
  readonly hasFixedKeys: boolean;
  readonly run: ((call: Call) => void) | undefined;
  readonly subcommands: CommandTable | undefined;
  calls = 0;
  usec = 0;
  rejected = 0;
  failed = 0;
  /** Runs by how long they took: see latency-buckets.ts. */
  buckets = noRuns;

  constructor(spec: CommandSpec, container: string, ids: { next: number }) {
    this.id = ids.next++;
    this.spec = spec;
    this.word = spec.name;
    this.name = container === '' ? spec.name : `${container}|${spec.name}`;
    this.arity = spec.arity;
    this.isWrite = spec.flags.includes('write');
    this.needsMemory = spec.flags.includes('denyoom');
    this.isHidden = spec.flags.includes('admin') || spec.flags.includes('skip_monitor');
    this.isFast = spec.flags.includes('fast');
    this.constantArgc = constantArgcOf(spec);
    this.isReadOnly = spec.flags.includes('readonly');
    this.isForbiddenInMulti = spec.flags.includes('no_multi');
    this.needsNoAuth = spec.flags.includes('no_auth');
    this.keyRange = spec.keys && { first: spec.keys.first, last: spec.keys.last, step: spec.keys.step };
    this.element = spec.keys?.element ?? 0;
    this.keySpecs = keySpecsOf(spec);
    this.hasFixedKeys =
      spec.keys !== undefined && spec.keyElsewhere === undefined && !spec.flags.includes('movablekeys');
    this.run = spec.run;
    this.subcommands =
      spec.subcommands === undefined ? undefined : new CommandTable(spec.subcommands, spec.name, ids);
  }

  /** Counts `runs` that took `usec` each. */
  noteTime(usec: number, runs: number): void {
    if (this.buckets === noRuns) this.buckets = new Float64Array(bucketCount);
    const bucket = bucketOf(usec);
    this.buckets[bucket] = this.buckets[bucket]! + runs;
  }
}

/** What grows with the data in a fast command is the number of its arguments: with the fewest it hardly does. */
function constantArgcOf({ complexity = '', keys, flags, arity }: CommandSpec): number {
  const isFast = flags.includes('fast');
  if (complexity === 'O(1)') return keys !== undefined || isFast ? Number.MAX_SAFE_INTEGER : 0;
  if (keys === undefined || !isFast || flags.includes('blocking')) return 0;
  return arity < 0 || complexity.startsWith('O(log') ? Math.abs(arity) : 0;
}

function hashName(buf: Uint8Array, offset: number, length: number): number {
  let h = length;
  for (let i = 0; i < length; i++) h = Math.imul(h ^ (buf[offset + i]! | 32), 0x01000193);
  return h ^ (h >>> 15);
}

export class CommandTable {
  private readonly slots: (CommandEntry | undefined)[];
  private readonly mask: number;
  private readonly byName = new Map<string, CommandEntry>();
  private readonly nameBytesMax: number;
  /** What was found last: the same command often follows. */
  private last: CommandEntry | undefined = undefined;

  constructor(specs: readonly CommandSpec[], container = '', ids = { next: 0 }) {
    const size = 2 ** Math.ceil(Math.log2(specs.length * 4 + 2));
    this.mask = size - 1;
    this.slots = Array.from({ length: size }, () => undefined);
    let longest = 0;
    for (const spec of specs) {
      assert(!this.byName.has(spec.name), `two commands are named ${spec.name}`);
      const entry = new CommandEntry(spec, container, ids);
      this.byName.set(spec.name, entry);
      longest = Math.max(longest, spec.name.length);
      const bytes = Buffer.from(spec.name, 'latin1');
      let at = hashName(bytes, 0, bytes.length) & this.mask;
      while (this.slots[at] !== undefined) at = (at + 1) & this.mask;
      this.slots[at] = entry;
    }
    this.nameBytesMax = longest;
  }

  /** The command that the bytes name, letter case aside, or undefined. */
  find(buf: Uint8Array, offset: number, length: number): CommandEntry | undefined {
    const { last } = this;
    if (last !== undefined && matches(last.word, buf, offset, length)) return last;
    if (length > this.nameBytesMax) return undefined;
    let at = hashName(buf, offset, length) & this.mask;
    for (;;) {
      const entry = this.slots[at];
      if (entry === undefined) return undefined;
      if (matches(entry.word, buf, offset, length)) {
        this.last = entry;
        return entry;
      }
      at = (at + 1) & this.mask;
    }
  }

  /** The command of a name in lower case. */
  get(name: string): CommandEntry | undefined {
    return this.byName.get(name);
  }

  get size(): number {
    return this.byName.size;
  }

  /** All commands, in order of name. */
  entries(): CommandEntry[] {
    return [...this.byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Sets all figures back to zero. */
  resetFigures(): void {
    for (const entry of this.byName.values()) {
      entry.calls = 0;
      entry.usec = 0;
      entry.rejected = 0;
      entry.failed = 0;
      entry.buckets = noRuns;
      entry.subcommands?.resetFigures();
    }
  }
}

function matches(name: string, buf: Uint8Array, offset: number, length: number): boolean {
  if (name.length !== length) return false;
  for (let i = 0; i < length; i++) {
    const byte = buf[offset + i]!;
    if ((byte >= 65 && byte <= 90 ? byte | 32 : byte) !== name.charCodeAt(i)) return false;
  }
  return true;
}
