// The users of a node by name, and the lines that make them: of ACL SETUSER, of `requirepass` and of the file. A change
// is made on a copy first, so that a rule that is none changes nothing. It knows no client and opens no file.
import { CommandError } from '../../base/errors.ts';
import type { Session } from '../session.ts';
import { hasBlank, wordsOf } from './acl-text.ts';
import type { Catalog } from './catalog.ts';
import { hashPassword, User } from './user.ts';

export const defaultName = 'default';

/** More users than this are a mistake. */
const usersMax = 10_000;

export type PubsubDefault = 'allchannels' | 'resetchannels';

/** What is wrong with a line of the users' file; lines are counted from 1. */
export interface LineProblem {
  readonly line: number;
  readonly problem: string;
}

/** All of it in one line, as ACL LOAD says it. */
export function inOneLine(file: string, problems: readonly LineProblem[]): string {
  return problems.map(({ line, problem }) => `${file}:${line}: ${problem}. `).join('');
}

export class Users {
  readonly catalog: Catalog;
  /** Whether new users may use all channels: `acl-pubsub-default`. */
  pubsubDefault: PubsubDefault = 'resetchannels';
  private readonly byName = new Map<string, User>();

  /** At first there is only the default user, who may do everything. `password`: what it must give; '' nothing. */
  constructor(catalog: Catalog, password = '') {
    this.catalog = catalog;
    this.byName.set(defaultName, this.createDefault());
    this.setDefaultPassword(password);
  }

  get(name: string): User | undefined {
    return this.byName.get(name);
  }

  /** All names, in order. */
  names(): string[] {
    return [...this.byName.keys()].sort();
  }

  get default(): User {
    const user = this.byName.get(defaultName);
    if (user === undefined) throw new Error('there is always a default user');
    return user;
  }

  /** Whether clients need not say who they are. */
  get isOpen(): boolean {
    return this.default.enabled && this.default.noPassword;
  }

  /** What binds clients of that user: undefined where nothing does, which is what dispatch wants to know at once. */
  permissionsOf(name: string): User | undefined {
    const user = this.byName.get(name);
    return user === undefined || user.isUnrestricted ? undefined : user;
  }

  /** Whether a client may be that user with that password. */
  admits(name: string, password: Uint8Array): boolean {
    return this.byName.get(name)?.admits(password) ?? false;
  }

  /** The session becomes what it is before anybody says who they are. */
  admitAsDefault(session: Session): void {
    session.user = defaultName;
    session.authenticated = this.isOpen;
    session.permissions = this.permissionsOf(defaultName);
  }

  /** Makes or changes a user by rules (bytes as latin1), all of them or none. Throws CommandError with the reason. */
  set(name: string, rules: readonly string[]): void {
    if (hasBlank(name)) {
      throw new CommandError("ERR Usernames can't contain spaces or null characters");
    }
    const known = this.byName.get(name);
    if (known === undefined && this.byName.size === usersMax) {
      throw new CommandError(`ERR there are already ${usersMax} users`);
    }
    const changed = known?.clone() ?? this.create(name);
    for (const rule of joinSelectors(rules)) {
      const reason = changed.apply(rule);
      if (reason !== undefined) {
        throw new CommandError(`ERR Error in ACL SETUSER modifier '${shown(rule)}': ${reason}`);
      }
    }
    if (known === undefined) this.byName.set(name, changed);
    else known.become(changed);
  }

  /** Whether there was such a user. */
  remove(name: string): boolean {
    return name !== defaultName && this.byName.delete(name);
  }

  /** `requirepass`: the default user's only password; '' for none. */
  setDefaultPassword(password: string): void {
    const user = this.default;
    user.apply(password === '' ? 'nopass' : 'resetpass');
    if (password !== '') user.apply(`#${hashPassword(Buffer.from(password))}`);
  }

  /** One line for each user, bytes as latin1: `user alice on ...`. */
  lines(): string[] {
    return this.names().map((name) => `user ${bytesOf(name)} ${this.byName.get(name)?.describe() ?? ''}`);
  }

  /**
   * Replaces all users by those of such lines, or none and returns what is wrong with them. A default user
   * that no line names stays as it is. Returns the names of those whose rights have changed, or who are gone.
   */
  load(
    text: string,
  ): { readonly problems: readonly LineProblem[] } | { readonly changed: readonly string[] } {
    const users = new Map<string, User>();
    const problems: LineProblem[] = [];
    text.split('\n').forEach((words, i) => {
      const problem = this.readLine(wordsOf(words), users);
      if (problem !== undefined) problems.push({ line: i + 1, problem });
    });
    if (problems.length > 0) return { problems };
    if (!users.has(defaultName)) users.set(defaultName, this.default);
    return { changed: this.replace(users) };
  }

  private readLine(words: readonly string[], users: Map<string, User>): string | undefined {
    const [keyword, bytes, ...rules] = words;
    if (keyword === undefined || keyword.startsWith('#')) return undefined;
    if (keyword.toLowerCase() !== 'user' || bytes === undefined) {
      return 'the line should be the word user and the name of one, then its rules';
    }
    const name = Buffer.from(bytes, 'latin1').toString('utf8');
    if (users.has(name)) return `Duplicate user '${name}' found`;
    if (users.size === usersMax) return `there are already ${usersMax} users`;
    const user = this.create(name);
    try {
      for (const rule of joinSelectors(rules)) {
        const reason = user.apply(rule);
        if (reason !== undefined) return `Error in applying rule '${shown(rule)}': ${reason}`;
      }
    } catch (error) {
      if (error instanceof CommandError) return error.message.replace(/^ERR /, '');
      throw error;
    }
    users.set(name, user);
    return undefined;
  }

  /** Users that stay keep their identity, for sessions refer to it. */
  private replace(users: ReadonlyMap<string, User>): string[] {
    const changed: string[] = [];
    for (const name of this.names()) {
      if (users.has(name)) continue;
      this.byName.delete(name);
      changed.push(name);
    }
    for (const [name, user] of users) {
      const known = this.byName.get(name);
      if (known === undefined) this.byName.set(name, user);
      else if (known.describe() !== user.describe()) {
        known.become(user);
        changed.push(name);
      }
    }
    return changed;
  }

  private create(name: string): User {
    return new User(name, this.catalog, () => this.pubsubDefault === 'allchannels');
  }

  private createDefault(): User {
    const user = this.create(defaultName);
    for (const rule of ['on', 'nopass', '~*', '&*', '+@all']) user.apply(rule);
    return user;
  }
}

/** Bytes of a text, as latin1. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** Puts selectors that came as several words together: `(~a` `+get)`. Throws CommandError where one has no end. */
function joinSelectors(rules: readonly string[]): string[] {
  const joined: string[] = [];
  let open: string | undefined;
  for (const rule of rules) {
    const text: string = open === undefined ? rule : `${open} ${rule}`;
    const isOpen = text.startsWith('(') && !text.endsWith(')');
    if (isOpen) open = text;
    else {
      open = undefined;
      joined.push(text);
    }
  }
  if (open !== undefined) {
    throw new CommandError(`ERR Unmatched parenthesis in acl selector starting at '${open}'.`);
  }
  return joined;
}

/** A rule as an error may show it: nothing of a password. */
function shown(rule: string): string {
  return /^[<>#!]/.test(rule) ? `${rule[0]}***` : rule;
}
