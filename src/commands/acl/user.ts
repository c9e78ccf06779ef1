// A user: whether and with which passwords clients may be it, and what they may do then. Passwords are kept as SHA-256
// only and never shown otherwise. It knows no client and no file. https://redis.io/commands/acl-setuser
import { createHash, timingSafeEqual } from 'node:crypto';
import type { CommandEntry } from '../command-table.ts';
import type { RequestArgs } from '../executor.ts';
import { wordsOf } from './acl-text.ts';
import type { Catalog } from './catalog.ts';
import { type Denial, Selector } from './selector.ts';

/** A user with more passwords or selectors than this is a mistake. */
const passwordsMax = 128;
const selectorsMax = 128;

const ruleSyntax = 'Syntax error';
const noSuchPassword = 'The password you are trying to remove from the user does not exist';
const badHash =
  'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters';

/** The SHA-256 of a password, as hexadecimal digits. */
export function hashPassword(password: Uint8Array): string {
  return createHash('sha256').update(password).digest('hex');
}

/** Which of several reasons to give: the one of the selector that came farthest. */
const reasonOrder = { command: 0, key: 1, channel: 2 } as const;

export class User {
  readonly name: string;
  private readonly catalog: Catalog;
  private readonly pubsubDefault: () => boolean;
  enabled = false;
  noPassword = false;
  private sanitize: '' | 'sanitize-payload' | 'skip-sanitize-payload' = '';
  private hashes: string[] = [];
  root: Selector;
  private selectors: Selector[] = [];

  /** A new user may do nothing. `pubsubDefault`: whether it may use all channels. */
  constructor(name: string, catalog: Catalog, pubsubDefault: () => boolean) {
    this.name = name;
    this.catalog = catalog;
    this.pubsubDefault = pubsubDefault;
    this.root = new Selector(catalog, pubsubDefault());
  }

  clone(): User {
    const copy = new User(this.name, this.catalog, this.pubsubDefault);
    copy.become(this);
    return copy;
  }

  /** Takes over everything of another but its name. */
  become(other: User): void {
    this.enabled = other.enabled;
    this.noPassword = other.noPassword;
    this.sanitize = other.sanitize;
    this.hashes = [...other.hashes];
    this.root = other.root.clone();
    this.selectors = other.selectors.map((selector) => selector.clone());
  }

  /** Whether nothing that could be asked would be refused. */
  get isUnrestricted(): boolean {
    return this.root.isUnrestricted;
  }

  get flags(): readonly string[] {
    const flags = [this.enabled ? 'on' : 'off'];
    if (this.noPassword) flags.push('nopass');
    if (this.sanitize !== '') flags.push(this.sanitize);
    return flags;
  }

  get passwordHashes(): readonly string[] {
    return this.hashes;
  }

  get moreSelectors(): readonly Selector[] {
    return this.selectors;
  }

  /** Whether a client may be this user with that password. Takes the same time for each wrong one. */
  admits(password: Uint8Array): boolean {
    if (!this.enabled) return false;
    if (this.noPassword) return true;
    const given = Buffer.from(hashPassword(password));
    let found = false;
    for (const hash of this.hashes) if (timingSafeEqual(Buffer.from(hash), given)) found = true;
    return found;
  }

  /** Why the request, whose command's name is argument `base`, may not run; undefined where it may. */
  check(entry: CommandEntry, args: RequestArgs, base = 0): Denial | undefined {
    let denial = this.root.check(entry, args, base);
    for (const selector of this.selectors) {
      if (denial === undefined) return undefined;
      const other = selector.check(entry, args, base);
      if (other === undefined) return undefined;
      const isFarther = reasonOrder[other.reason] - reasonOrder[denial.reason];
      if (isFarther > 0 || (isFarther === 0 && other.index > denial.index)) denial = other;
    }
    return denial;
  }

  /** Whether messages of a channel may be sent and heard; of a pattern, whether just that pattern is allowed. */
  canAccessChannel(channel: Uint8Array, isPattern: boolean): boolean {
    return [this.root, ...this.selectors].some((selector) => selector.allowsChannel(channel, isPattern));
  }

  /** Whether the command may also read keys that its arguments do not name: what SORT's BY and GET need. */
  canReadAnyKey(entry: CommandEntry): boolean {
    return [this.root, ...this.selectors].some((selector) => selector.allowsAllReads(entry));
  }

  /** Applies one rule (bytes as latin1); the reason where it is none. */
  apply(rule: string): string | undefined {
    const word = rule.toLowerCase();
    if (word === 'on') this.enabled = true;
    else if (word === 'off') this.enabled = false;
    else if (word === 'nopass') {
      this.noPassword = true;
      this.hashes = [];
    } else if (word === 'resetpass') {
      this.noPassword = false;
      this.hashes = [];
    } else if (word === 'sanitize-payload' || word === 'skip-sanitize-payload') this.sanitize = word;
    else if (word === 'clearselectors') this.selectors = [];
    else if (word === 'reset') this.reset();
    else if (rule[0] === '>') return this.addHash(hashPassword(Buffer.from(rule.slice(1), 'latin1')));
    else if (rule[0] === '#') return this.addHash(rule.slice(1));
    else if (rule[0] === '<') return this.dropHash(hashPassword(Buffer.from(rule.slice(1), 'latin1')));
    else if (rule[0] === '!') return this.dropHash(rule.slice(1));
    else if (rule[0] === '(') return this.addSelector(rule);
    else return this.root.apply(rule);
    return undefined;
  }

  /** The line that makes this user, without its name. */
  describe(): string {
    const parts = [...this.flags, ...this.hashes.map((hash) => `#${hash}`), this.root.describe()];
    for (const selector of this.selectors) parts.push(`(${selector.describe()})`);
    return parts.join(' ');
  }

  private reset(): void {
    this.become(new User(this.name, this.catalog, this.pubsubDefault));
    this.sanitize = 'sanitize-payload';
  }

  private addHash(hash: string): string | undefined {
    if (!/^[0-9a-f]{64}$/.test(hash)) return badHash;
    this.noPassword = false;
    if (this.hashes.includes(hash)) return undefined;
    if (this.hashes.length === passwordsMax) return `A user has at most ${passwordsMax} passwords`;
    this.hashes.push(hash);
    return undefined;
  }

  private dropHash(hash: string): string | undefined {
    if (!/^[0-9a-f]{64}$/.test(hash)) return badHash;
    if (!this.hashes.includes(hash)) return noSuchPassword;
    this.hashes = this.hashes.filter((known) => known !== hash);
    return undefined;
  }

  private addSelector(rule: string): string | undefined {
    if (!rule.endsWith(')')) return ruleSyntax;
    if (this.selectors.length === selectorsMax) return `A user has at most ${selectorsMax} selectors`;
    const selector = new Selector(this.catalog, this.pubsubDefault());
    for (const part of wordsOf(rule.slice(1, -1))) {
      const reason = selector.apply(part);
      if (reason !== undefined) return reason;
    }
    this.selectors.push(selector);
    return undefined;
  }
}
