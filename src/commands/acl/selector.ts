// One set of permissions: commands, keys and channels that go together, and the rules that make it. A user has a root
// selector and any number of others. Texts are bytes as latin1; a rule that is none is answered by the reason, in
// Redis's words, and changes nothing. https://redis.io/docs/management/security/acl
import { Glob } from '../../base/glob.ts';
import type { KeyFlag, KeyUse } from '../command.ts';
import type { CommandEntry } from '../command-table.ts';
import type { RequestArgs } from '../executor.ts';
import { findKeys, isWord } from '../keys-of.ts';
import { hasBlank } from './acl-text.ts';
import type { Catalog } from './catalog.ts';

/** Why a request may not run. `index`: the argument at fault. */
export interface Denial {
  readonly reason: 'command' | 'key' | 'channel';
  readonly index: number;
}

interface KeyPattern {
  readonly text: string;
  readonly glob: Glob;
  readonly reads: boolean;
  readonly writes: boolean;
}

interface ChannelPattern {
  readonly text: string;
  readonly glob: Glob;
}

/** No user needs more, and each costs time at every request. */
const patternsMax = 1024;

const unknownCommand = 'Unknown command or category name in ACL';
const firstArgOfSubcommand = 'Allowing first-arg of a subcommand is not supported';
const ruleSyntax = 'Syntax error';
const tooManyPatterns = `A selector has at most ${patternsMax} patterns`;
const afterAll = (all: string, kind: string): string =>
  `Adding a pattern after the * pattern (or the '${all}' flag) is not valid and does not have any effect. ` +
  `Try 'reset${kind}' to start with an empty list of ${kind === 'keys' ? 'patterns' : kind}`;

export class Selector {
  private readonly catalog: Catalog;
  /** By id of the command: 1 where it may run with any arguments. */
  private allowed: Uint8Array;
  /** By id: first arguments with which a command may run that otherwise may not. */
  private firstArgs = new Map<number, string[]>();
  /** The rules for commands since the last `+@all` or `-@all`, as they are shown. */
  private rules: string[] = [];
  private startsWithAll = false;
  private keys: KeyPattern[] = [];
  private channels: ChannelPattern[] = [];
  allKeys = false;
  allChannels = false;

  constructor(catalog: Catalog, allChannels: boolean) {
    this.catalog = catalog;
    this.allowed = new Uint8Array(catalog.entries.length);
    this.allChannels = allChannels;
  }

  clone(): Selector {
    const copy = new Selector(this.catalog, this.allChannels);
    copy.allowed = this.allowed.slice();
    copy.firstArgs = new Map([...this.firstArgs].map(([id, words]) => [id, [...words]]));
    copy.rules = [...this.rules];
    copy.startsWithAll = this.startsWithAll;
    copy.keys = [...this.keys];
    copy.channels = [...this.channels];
    copy.allKeys = this.allKeys;
    return copy;
  }

  /** Whether nothing that could be asked would be refused. */
  get isUnrestricted(): boolean {
    return this.allKeys && this.allChannels && this.startsWithAll && this.rules.length === 0;
  }

  /** Applies one rule; the reason where it is none. */
  apply(rule: string): string | undefined {
    const word = rule.toLowerCase();
    if (word === 'allkeys' || rule === '~*') return this.setKeys(true);
    if (word === 'resetkeys') return this.setKeys(false);
    if (word === 'allchannels' || rule === '&*') return this.setChannels(true);
    if (word === 'resetchannels') return this.setChannels(false);
    if (word === 'allcommands' || word === '+@all') return this.setCommands(true);
    if (word === 'nocommands' || word === '-@all') return this.setCommands(false);
    if (rule[0] === '~' || rule[0] === '%') return this.addKeys(rule);
    if (rule[0] === '&') return this.addChannel(rule.slice(1));
    if (word.startsWith('+@') || word.startsWith('-@')) return this.setCategory(word);
    if (rule[0] === '+' || rule[0] === '-') return this.setCommand(word);
    return ruleSyntax;
  }

  /** Why the request, whose command's name is argument `base`, may not run; undefined where it may. */
  check(entry: CommandEntry, args: RequestArgs, base: number): Denial | undefined {
    if (!this.allowsCommand(entry, args, base)) return { reason: 'command', index: base };
    const denied = this.allKeys ? -1 : this.firstDenied(findKeys(entry, args, base) ?? [], args);
    if (denied >= 0) return { reason: 'key', index: denied };
    const { channels } = entry.spec;
    if (this.allChannels || channels === undefined) return undefined;
    const last = channels.last < 0 ? args.argc + channels.last : base + channels.last;
    for (let index = base + channels.first; index <= last; index++) {
      const from = args.offsets[index]!;
      const channel = args.buf.subarray(from, from + args.lengths[index]!);
      if (!this.allowsChannel(channel, channels.patterns)) return { reason: 'channel', index };
    }
    return undefined;
  }

  /** Whether the command may run and may also read whatever key it likes: what SORT's BY and GET need. */
  allowsAllReads(entry: CommandEntry): boolean {
    if (this.allowed[entry.id] !== 1) return false;
    return this.allKeys || this.keys.some(({ text, reads }) => reads && text === '*');
  }

  /** Whether messages of a channel may be sent and heard; of a pattern, whether just that pattern is allowed. */
  allowsChannel(channel: Uint8Array, isPattern: boolean): boolean {
    if (this.allChannels) return true;
    const name = Buffer.from(channel);
    if (isPattern) return this.channels.some(({ text }) => text === name.toString('latin1'));
    return this.channels.some(({ glob }) => glob.matches(name, 0, name.length));
  }

  /** The rules for commands: `-@all +get`. */
  describeCommands(): string {
    return [this.startsWithAll ? '+@all' : '-@all', ...this.rules].join(' ');
  }

  /** The patterns of keys: `~a %R~b`. */
  describeKeys(): string {
    return this.allKeys ? '~*' : this.keys.map(showKeyPattern).join(' ');
  }

  /** The patterns of channels: `&a &b`. */
  describeChannels(): string {
    return this.allChannels ? '&*' : this.channels.map(({ text }) => `&${text}`).join(' ');
  }

  /** All rules that make this selector, in one line. */
  describe(): string {
    const channels = this.allChannels ? '&*' : `resetchannels ${this.describeChannels()}`.trimEnd();
    return [this.describeKeys(), channels, this.describeCommands()].filter((part) => part !== '').join(' ');
  }

  private allowsCommand(entry: CommandEntry, args: RequestArgs, base: number): boolean {
    if (this.allowed[entry.id] === 1 || entry.needsNoAuth) return true;
    const words = this.firstArgs.get(entry.id);
    return words?.some((word) => args.argc > base + 1 && isWord(args, base + 1, word)) ?? false;
  }

  /** The argument that is the first key that may not be used so; below 0: all may. */
  private firstDenied(uses: readonly KeyUse[], { buf, offsets, lengths }: RequestArgs): number {
    let known: readonly KeyFlag[] | undefined;
    let globs: readonly Glob[] | undefined;
    // Keys are very many where they are of one group, with the same flags.
    for (const { index, flags } of uses) {
      if (flags !== known) globs = this.globsFor(flags);
      known = flags;
      if (globs !== undefined && !matchesAny(globs, buf, offsets[index]!, lengths[index]!)) return index;
    }
    return -1;
  }

  /** The patterns of which one has to match a key that is used so; undefined where none has to. */
  private globsFor(flags: readonly KeyFlag[]): readonly Glob[] | undefined {
    if (flags.includes('not_key')) return undefined;
    const needsRead = flags.includes('access');
    const needsWrite = flags.includes('update') || flags.includes('insert') || flags.includes('delete');
    const fitting = this.keys.filter(({ reads, writes }) => (!needsRead || reads) && (!needsWrite || writes));
    return fitting.map(({ glob }) => glob);
  }

  private setKeys(all: boolean): undefined {
    this.allKeys = all;
    this.keys = [];
  }

  private setChannels(all: boolean): undefined {
    this.allChannels = all;
    this.channels = [];
  }

  private setCommands(all: boolean): undefined {
    this.allowed.fill(all ? 1 : 0);
    this.firstArgs.clear();
    this.rules = [];
    this.startsWithAll = all;
  }

  private addKeys(rule: string): string | undefined {
    const match = /^(?:%(R|W|RW|WR))?~([\s\S]*)$/i.exec(rule);
    if (match === null) return ruleSyntax;
    if (this.allKeys) return afterAll('allkeys', 'keys');
    if (rule === '~*') return this.setKeys(true);
    const [, access = 'RW', text = ''] = match;
    if (hasBlank(text)) return ruleSyntax;
    const asked = access.toUpperCase();
    const known = this.keys.findIndex((pattern) => pattern.text === text);
    const before = this.keys[known];
    const reads = asked.includes('R') || before?.reads === true;
    const writes = asked.includes('W') || before?.writes === true;
    if (known < 0 && this.keys.length === patternsMax) return tooManyPatterns;
    const pattern = { text, glob: new Glob(Buffer.from(text, 'latin1')), reads, writes };
    if (known < 0) this.keys.push(pattern);
    else this.keys[known] = pattern;
    return undefined;
  }

  private addChannel(text: string): string | undefined {
    if (hasBlank(text)) return ruleSyntax;
    if (this.allChannels) return afterAll('allchannels', 'channels');
    if (this.channels.some((channel) => channel.text === text)) return undefined;
    if (this.channels.length === patternsMax) return tooManyPatterns;
    this.channels.push({ text, glob: new Glob(Buffer.from(text, 'latin1')) });
    return undefined;
  }

  private setCategory(rule: string): string | undefined {
    const members = this.catalog.members(rule.slice(2));
    if (members === undefined) return unknownCommand;
    for (const entry of members) this.setAllowed(entry, rule[0] === '+');
    this.note(rule);
    return undefined;
  }

  private setCommand(rule: string): string | undefined {
    const name = rule.slice(1);
    const allows = rule[0] === '+';
    const entry = this.catalog.find(name);
    if (entry !== undefined && name === entry.name) {
      if (this.setAllowed(entry, allows)) this.note(rule);
      return undefined;
    }
    const at = name.indexOf('|');
    const container = at < 0 ? undefined : this.catalog.find(name.slice(0, at));
    if (container === undefined || !allows) return unknownCommand;
    const word = name.slice(at + 1);
    if (container.subcommands !== undefined) {
      const isDeeper = container.subcommands.get(word.split('|', 1)[0] ?? '') !== undefined;
      return isDeeper && word.includes('|') ? firstArgOfSubcommand : unknownCommand;
    }
    return word === '' || word.includes('|') ? unknownCommand : this.addFirstArg(container, word);
  }

  private addFirstArg(entry: CommandEntry, word: string): string | undefined {
    const words = this.firstArgs.get(entry.id) ?? [];
    if (words.includes(word)) return undefined;
    if (words.length === patternsMax) return tooManyPatterns;
    this.firstArgs.set(entry.id, [...words, word]);
    this.note(`+${entry.name}|${word}`);
    return undefined;
  }

  /** A command with its subcommands. Returns whether anything changed. */
  private setAllowed(entry: CommandEntry, allows: boolean): boolean {
    const bit = allows ? 1 : 0;
    let changed = this.firstArgs.delete(entry.id);
    if (this.allowed[entry.id] !== bit) changed = true;
    this.allowed[entry.id] = bit;
    for (const subcommand of entry.subcommands?.entries() ?? []) {
      if (this.setAllowed(subcommand, allows)) changed = true;
    }
    return changed;
  }

  /** Rules that the new one overrules in any case are shown no more. */
  private note(rule: string): void {
    const name = rule.slice(1);
    this.rules = this.rules.filter((old) => {
      const oldName = old.slice(1);
      return oldName !== name && !oldName.startsWith(`${name}|`);
    });
    this.rules.push(rule);
  }
}

function showKeyPattern({ text, reads, writes }: KeyPattern): string {
  if (reads && writes) return `~${text}`;
  return reads ? `%R~${text}` : `%W~${text}`;
}

function matchesAny(globs: readonly Glob[], buf: Buffer, offset: number, length: number): boolean {
  for (const glob of globs) if (glob.matches(buf, offset, length)) return true;
  return false;
}
