// The arguments of a command as data, read from the one line that says them to people (`syntax` of its metadata), so
// that COMMAND DOCS, the documents and the fuzzer cannot differ from HELP. It knows no command by name.
//
//   <key>, <by:double>    an argument; its name says its type where nothing else does
//   WORD                  the word itself; before an argument, what announces that
//   A|B                   one of several words
//   x | y                 one of several sequences
//   [x]                   x may be left out
//   (x)                   x is one thing
//   x ... and x [x ...]   x as often as liked, at least once; [x ...] may be left out too
import { assert } from '../base/assert.ts';

const argumentTypes = [
  'key',
  'string',
  'integer',
  'double',
  'pattern',
  'unix-time',
  'pure-token',
  'oneof',
  'block',
] as const;
export type ArgumentType = (typeof argumentTypes)[number];

export interface ArgumentSpec {
  readonly name: string;
  readonly type: ArgumentType;
  /** The word that announces it, or that it is. */
  readonly token?: string;
  readonly optional?: true;
  readonly multiple?: true;
  /** The word is repeated too. */
  readonly multipleToken?: true;
  /** Of a block its parts, of a choice the things to choose from. */
  readonly arguments?: readonly ArgumentSpec[];
}

const typeOfName: readonly (readonly [ArgumentType, ReadonlySet<string>])[] = [
  ['key', new Set(['key', 'key1', 'key2', 'newkey', 'source', 'destination', 'destkey'])],
  ['pattern', new Set(['pattern', 'glob'])],
  ['double', new Set(['score', 'longitude', 'latitude', 'radius', 'width', 'height', 'timeout'])],
  [
    'integer',
    new Set(
      (
        'bit bits count cursor db decrement end index increment len milliseconds ms min-idle-time numkeys offset rank ' +
        'numreplicas numlocal numfields seconds start stop ttl value-int weight maxlen numsub limit'
      ).split(' '),
    ),
  ],
];

function typeOf(name: string): ArgumentType {
  if (name.startsWith('unix-time')) return 'unix-time';
  return typeOfName.find(([, names]) => names.has(name))?.[0] ?? 'string';
}

/** A line of syntax as people read it: without types. */
export function shownSyntax(syntax: string): string {
  return syntax.replace(/<([^:>]+):([a-z-]+)>/g, (whole, name, type) =>
    argumentTypes.some((known) => known === type) ? `<${name}>` : whole,
  );
}

/** The arguments that a line of syntax says. A line that is none is a bug. */
export function parseSyntax(syntax: string): readonly ArgumentSpec[] {
  const parser = new SyntaxParser(syntax);
  const alternatives = parser.alternatives();
  assert(parser.atEnd, `the syntax ${syntax} has something behind its end`);
  return alternatives.length === 1 ? alternatives[0]! : [choice(alternatives)];
}

type Sequence = readonly ArgumentSpec[];

class SyntaxParser {
  private readonly text: string;
  /** Brackets, bars (loose ones with spaces), dots, `<names>` and words. */
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(text: string) {
    this.text = text;
    this.tokens = text.match(/ \| |\.\.\.|[[\]()|]|<[^>]*>|[^\s[\]()|<>]+/g) ?? [];
  }

  get atEnd(): boolean {
    return this.at === this.tokens.length;
  }

  alternatives(): Sequence[] {
    const found = [this.sequence()];
    while (this.take(' | ') || this.take('|')) found.push(this.sequence());
    return found;
  }

  private sequence(): Sequence {
    const items: ArgumentSpec[] = [];
    for (;;) {
      const token = this.tokens[this.at];
      if (token === undefined || token === ']' || token === ')' || token.trim() === '|') break;
      if (token === '...') {
        this.at += 1;
        const last = items.pop();
        assert(last !== undefined, `the syntax ${this.text} repeats nothing`);
        items.push(repeated(last));
      } else if (token === '[') this.addOptional(items);
      else items.push(this.item(token));
    }
    return items;
  }

  private item(token: string): ArgumentSpec {
    this.at += 1;
    if (token === '(') {
      const group = this.alternatives();
      this.expect(')');
      return group.length === 1 ? joined(group[0]!) : choice(group);
    }
    if (token.startsWith('<')) {
      const [name = '', type] = token.slice(1, -1).split(':', 2);
      const stated = argumentTypes.find((known) => known === type);
      return stated === undefined ? { name: token.slice(1, -1), type: typeOf(name) } : { name, type: stated };
    }
    const words = [token];
    while (this.tokens[this.at] === '|' && isWord(this.tokens[this.at + 1])) {
      words.push(this.tokens[this.at + 1]!);
      this.at += 2;
    }
    if (words.length > 1) return choice(words.map((word) => [wordItem(word)]));
    const next = this.tokens[this.at];
    const announces = next === '(' || next?.startsWith('<') === true || isWord(next);
    return announces ? announced(token, this.item(next!)) : wordItem(token);
  }

  /** `[...]`: may be left out, or says that what stands before it may be repeated. */
  private addOptional(items: ArgumentSpec[]): void {
    this.at += 1;
    const group = this.alternatives();
    this.expect(']');
    const whole = group.length === 1 ? joined(group[0]!) : choice(group);
    const once = withoutRepeat(group[0]!);
    const before = items.slice(-once.length);
    const last = items.at(-1);
    if (group.length === 1 && repeats(group[0]!) && last !== undefined && isAnnouncedTwin(last, whole)) {
      items[items.length - 1] = { ...last, multiple: true };
    } else if (group.length === 1 && JSON.stringify(before) === JSON.stringify(once) && repeats(group[0]!)) {
      items.splice(-once.length, once.length, repeated(joined(once)));
    } else items.push({ ...whole, optional: true });
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at += 1;
    return true;
  }

  private expect(token: string): void {
    assert(this.take(token), `the syntax ${this.text} misses ${token}`);
  }
}

function isWord(token: string | undefined): boolean {
  return token !== undefined && !/^(?: \| |\.\.\.|[[\]()|]|<.*>)$/.test(token);
}

function wordItem(word: string): ArgumentSpec {
  return { name: word.toLowerCase(), type: 'pure-token', token: word };
}

function announced(token: string, item: ArgumentSpec): ArgumentSpec {
  return item.token === undefined
    ? { ...item, token }
    : { name: token.toLowerCase(), type: 'block', token, arguments: [item] };
}

/** Several items as one, announced by the word of the first where that stands alone before them. */
function joined(items: Sequence): ArgumentSpec {
  const [first, ...rest] = items;
  assert(first !== undefined, 'a syntax has empty brackets');
  if (rest.length === 0) return first;
  const name = items.map((item) => item.name).join('_');
  const isAnnounced =
    first.token !== undefined && first.type !== 'pure-token' && first.arguments === undefined;
  if (!isAnnounced) return { name, type: 'block', arguments: items };
  const { token, ...plain } = first;
  return { name, type: 'block', token: token!, arguments: [plain, ...rest] };
}

function choice(alternatives: readonly Sequence[]): ArgumentSpec {
  const items = alternatives.map(joined);
  return { name: items.map((item) => item.name).join('_'), type: 'oneof', arguments: items };
}

function repeated(item: ArgumentSpec): ArgumentSpec {
  const multiple = { ...item, multiple: true } as const;
  return item.token === undefined ? multiple : { ...multiple, multipleToken: true };
}

/** Whether `more` is what an announced item says, without its word and repeated. */
function isAnnouncedTwin({ token, ...plain }: ArgumentSpec, more: ArgumentSpec): boolean {
  return token !== undefined && JSON.stringify({ ...plain, multiple: true }) === JSON.stringify(more);
}

function repeats(items: Sequence): boolean {
  return items.at(-1)?.multiple === true;
}

/** The items with the last of them once. */
function withoutRepeat(items: Sequence): Sequence {
  const last = items.at(-1);
  if (last === undefined) return items;
  const { multiple: _, multipleToken: __, ...once } = last;
  return [...items.slice(0, -1), once];
}
