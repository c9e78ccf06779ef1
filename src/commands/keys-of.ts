// Which arguments of a request are keys, and what becomes of them, by the command's own metadata. COMMAND GETKEYS, ACL
// and whatever else must know the keys of any command ask here; it knows no command by name.
import { keyspacesMax } from '../delta/kinds.ts';
import { parseSafeInt } from '../store/number.ts';
import type { CommandSpec, KeyFlag, KeySpec, KeyUse } from './command.ts';
import type { RequestArgs } from './executor.ts';

const writes: readonly KeyFlag[] = ['RW', 'access', 'update'];
const reads: readonly KeyFlag[] = ['RO', 'access'];

/** All groups of key arguments of a command; none where it has no keys. */
export function keySpecsOf(spec: CommandSpec): readonly KeySpec[] {
  if (spec.keySpecs !== undefined) return spec.keySpecs;
  if (spec.keys === undefined) return [];
  const { first, last, step } = spec.keys;
  const flags = spec.keyFlags ?? (spec.flags.includes('write') ? writes : reads);
  return [{ flags, begin: first, find: { last: last < 0 ? last : last - first, step } }];
}

/**
 * The keys of the request whose name is argument `base`; of a subcommand its container's name. Empty where it has none,
 * undefined where its arguments do not say.
 */
export function findKeys(
  command: { readonly spec: CommandSpec; readonly keySpecs: readonly KeySpec[] },
  args: RequestArgs,
  base = 0,
): readonly KeyUse[] | undefined {
  if (command.spec.findKeys !== undefined) return command.spec.findKeys(args, base);
  const found: KeyUse[] = [];
  for (const group of command.keySpecs) if (!addGroup(group, args, base, found)) return undefined;
  return found;
}

function addGroup(group: KeySpec, args: RequestArgs, base: number, found: KeyUse[]): boolean {
  const { find, flags } = group;
  // Where a word counts as one is for the command to say, in its own findKeys.
  if (typeof group.begin !== 'number') return true;
  const begin = base + group.begin;
  let from = begin;
  let to: number;
  if ('countAt' in find) {
    const count = numberAt(args, begin + find.countAt);
    from = begin + find.first;
    if (count === undefined || count < 0) return false;
    to = from + (count - 1) * find.step;
  } else {
    to = find.last < 0 ? args.argc + find.last : begin + find.last;
    const limit = find.limit ?? 0;
    if (limit > 1) to = from + Math.floor((args.argc - from) / limit) - 1;
  }
  if (to >= args.argc) return false;
  for (let index = from; index <= to; index += find.step) found.push({ index, flags });
  return true;
}

function numberAt(args: RequestArgs, i: number): number | undefined {
  return i < args.argc ? parseSafeInt(args.buf, args.offsets[i]!, args.lengths[i]!) : undefined;
}

/** Whether argument i is `word`, letter case aside. */
export function isWord(args: RequestArgs, i: number, word: string): boolean {
  const offset = args.offsets[i]!;
  return (
    args.lengths[i] === word.length &&
    args.buf.toString('latin1', offset, offset + word.length).toLowerCase() === word.toLowerCase()
  );
}

/** Whether argument i is one of `words`, letter case aside. */
export function isOneOf(args: RequestArgs, i: number, words: readonly string[]): boolean {
  return words.some((word) => isWord(args, i, word));
}

/**
 * Options from argument i on, as their parser meets them: each word with its place, what belongs to it passed over.
 * `widths`: how many arguments belong to each.
 */
export function* optionsIn(
  args: RequestArgs,
  i: number,
  widths: Readonly<Record<string, number>>,
): Generator<{ readonly word: string; readonly at: number }, void, void> {
  const words = Object.entries(widths);
  for (let at = i; at < args.argc; at++) {
    const found = words.find(([word, width]) => at + width < args.argc && isWord(args, at, word));
    if (found === undefined) continue;
    const [word, width] = found;
    yield { word, at };
    at += width;
  }
}

/** Argument i as the number of a database; undefined where it is none. */
export function databaseAt(args: RequestArgs, i: number): number | undefined {
  const db = numberAt(args, i);
  return db !== undefined && db >= 0 && db < keyspacesMax ? db : undefined;
}

/** Whether any argument from i on is `word`, letter case aside. */
export function hasWord(args: RequestArgs, i: number, word: string): boolean {
  for (let at = i; at < args.argc; at++) if (isWord(args, at, word)) return true;
  return false;
}
