// What a configuration key may hold: its type, its limits, how it is read from text (environment, flags, CONFIG SET)
// and from a value (TOML, the library's options), and how it is shown. A field does not know its own key, nor where a
// value came from; schema.ts gives the names and load-config.ts the sources.
import { formatDuration, formatSize, parseDuration, parseSize } from './units.ts';

export type FieldType =
  | 'size'
  | 'duration'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'string'
  | 'url'
  | 'enum'
  | 'list';

/** What somebody gave: text is read with a field's text rules, a value has a type of its own. */
export type Given = { readonly text: string } | { readonly value: unknown };

/** The first of a list that is not allowed, and what is. */
export interface Misfit {
  readonly index: number;
  readonly given: Given;
  readonly allowed: string;
}

/** How one type is read and shown. The two readers return undefined for what is not allowed. */
interface Reading<T> {
  readonly type: FieldType;
  /** What is allowed, in words, for messages and documentation. */
  readonly allowed: string;
  fromText(text: string): T | undefined;
  fromValue(value: unknown): T | undefined;
  /** Of a list; undefined where it is no list at all. */
  readonly misfit?: (given: Given) => Misfit | undefined;
  /** A TOML literal. */
  show(value: T): string;
}

export interface Field<T, D extends T | undefined = T | undefined> extends Reading<T> {
  /** Undefined where the key has no value unless someone gives it one. */
  readonly default: D;
  readonly description: string;
  /** Never shown: neither in messages nor by --check. */
  readonly secret: boolean;
}

export type ValueOf<F> =
  F extends Field<infer T, infer D> ? (undefined extends D ? T | undefined : T) : never;

interface Range {
  readonly min: number;
  readonly max: number;
}

function withDefault<T>(reading: Reading<T>, value: T, description: string): Field<T, T> {
  return { ...reading, default: value, description, secret: false };
}

/** The same field without a default: its value is undefined until named. */
export function optional<T>(field: Field<T, T>): Field<T, undefined> {
  return { ...field, default: undefined };
}

/** The same field, whose value is never shown. */
export function secret<T, D extends T | undefined>(field: Field<T, D>): Field<T, D> {
  return { ...field, secret: true };
}

function within(range: Range, value: number | undefined): number | undefined {
  return value !== undefined && value >= range.min && value <= range.max ? value : undefined;
}

export function size(value: number, range: Range, description: string): Field<number, number> {
  const fromText = (text: string): number | undefined => within(range, parseSize(text));
  const reading: Reading<number> = {
    type: 'size',
    allowed: `a size such as "64kb", "128mb", "1gb", from ${formatSize(range.min)} to ${formatSize(range.max)}`,
    fromText,
    fromValue: (raw) => (typeof raw === 'number' ? fromText(String(raw)) : ifString(raw, fromText)),
    show: (bytes) => `"${formatSize(bytes)}"`,
  };
  return withDefault(reading, value, description);
}

export function duration(valueMs: number, range: Range, description: string): Field<number, number> {
  const fromText = (text: string): number | undefined => within(range, parseDuration(text));
  const limits = `from ${formatDuration(range.min)} to ${formatDuration(range.max)}`;
  const reading: Reading<number> = {
    type: 'duration',
    allowed: `a duration such as "500ms", "30s", "5m", "2h", "7d", ${limits}`,
    fromText,
    fromValue: (raw) => (raw === 0 ? fromText('0') : ifString(raw, fromText)),
    show: (ms) => `"${formatDuration(ms)}"`,
  };
  return withDefault(reading, valueMs, description);
}

export function integer(value: number, range: Range, description: string): Field<number, number> {
  const check = (n: number): number | undefined => (Number.isSafeInteger(n) ? within(range, n) : undefined);
  const reading: Reading<number> = {
    type: 'integer',
    allowed: `an integer from ${range.min} to ${range.max}`,
    fromText: (text) => (/^-?\d{1,16}$/.test(text) ? check(Number(text)) : undefined),
    fromValue: (raw) => (typeof raw === 'number' ? check(raw) : undefined),
    show: String,
  };
  return withDefault(reading, value, description);
}

export function number(value: number, range: Range, description: string): Field<number, number> {
  const reading: Reading<number> = {
    type: 'number',
    allowed: `a number from ${range.min} to ${range.max}`,
    fromText: (text) => (/^-?\d{1,16}(\.\d{1,16})?$/.test(text) ? within(range, Number(text)) : undefined),
    fromValue: (raw) => (typeof raw === 'number' ? within(range, raw) : undefined),
    show: String,
  };
  return withDefault(reading, value, description);
}

const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['false', false],
  ['no', false],
]);

export function boolean(value: boolean, description: string): Field<boolean, boolean> {
  const reading: Reading<boolean> = {
    type: 'boolean',
    allowed: 'true or false',
    fromText: (text) => booleanWords.get(text),
    fromValue: (raw) => (typeof raw === 'boolean' ? raw : undefined),
    show: String,
  };
  return withDefault(reading, value, description);
}

/** A text that matches `pattern`, which `allowed` puts in words. */
export function text(
  value: string,
  pattern: RegExp,
  allowed: string,
  description: string,
): Field<string, string> {
  const fromText = (raw: string): string | undefined => (pattern.test(raw) ? raw : undefined);
  const reading: Reading<string> = {
    type: 'string',
    allowed,
    fromText,
    fromValue: (raw) => ifString(raw, fromText),
    show: (v) => JSON.stringify(v),
  };
  return withDefault(reading, value, description);
}

export function choice<const V extends string>(
  value: NoInfer<V>,
  values: readonly V[],
  description: string,
): Field<V, V> {
  const fromText = (raw: string): V | undefined => values.find((v) => v === raw);
  const reading: Reading<V> = {
    type: 'enum',
    allowed: values.map((v) => `"${v}"`).join(', '),
    fromText,
    fromValue: (raw) => ifString(raw, fromText),
    show: (v) => `"${v}"`,
  };
  return withDefault(reading, value, description);
}

/** A URL with one of `schemes`. Shown without what may be secret in it: user, password, query. */
export function url(schemes: readonly string[], description: string): Field<string, undefined> {
  const fromText = (raw: string): string | undefined => {
    if (!URL.canParse(raw)) return undefined;
    const parsed = new URL(raw);
    return schemes.includes(parsed.protocol.slice(0, -1)) && parsed.hostname !== '' ? raw : undefined;
  };
  const reading: Reading<string> = {
    type: 'url',
    allowed: `a URL that begins with ${schemes.map((s) => `${s}://`).join(', ')}`,
    fromText,
    fromValue: (raw) => ifString(raw, fromText),
    show: (v) => JSON.stringify(redactUrl(v)),
  };
  return { ...reading, default: undefined, description, secret: false };
}

/** How TOML would write what is no list of it as text. */
const tomlItem = /^\[?["']/;

/** Several of `item`, none by default. As text they are separated by commas. */
export function list<T>(item: Reading<T>, description: string): Field<readonly T[], readonly T[]> {
  const all = <R>(raws: readonly R[], read: (raw: R) => T | undefined): readonly T[] | undefined => {
    const values = raws.map(read).filter((v) => v !== undefined);
    return values.length === raws.length ? values : undefined;
  };
  const itemFromText = (part: string): T | undefined =>
    tomlItem.test(part) ? undefined : item.fromText(part);
  const reading: Reading<readonly T[]> = {
    type: 'list',
    allowed: `a list, each of it ${item.allowed}`,
    fromText: (raw) => all(partsOf(raw), itemFromText),
    fromValue: (raw) => (Array.isArray(raw) ? all(raw, (part: unknown) => item.fromValue(part)) : undefined),
    misfit: (given) => {
      const parts = 'text' in given ? partsOf(given.text) : given.value;
      if (!Array.isArray(parts)) return undefined;
      const isText = 'text' in given;
      const index = parts.findIndex(
        (part) => (isText ? itemFromText(part) : item.fromValue(part)) === undefined,
      );
      if (index < 0) return undefined;
      return {
        index,
        given: isText ? { text: parts[index] } : { value: parts[index] },
        allowed:
          isText && tomlItem.test(parts[index])
            ? 'a list separated by commas, without brackets and quotes'
            : item.allowed,
      };
    },
    show: (values) => `[${values.map((v) => item.show(v)).join(', ')}]`,
  };
  return withDefault<readonly T[]>(reading, [], description);
}

/** What stands between the commas. */
function partsOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `raw` without user, password and query, for messages; it need not be a URL that parses. */
export function redactUrl(raw: string): string {
  return raw.replace(/\/\/.*@/s, '//***@').replace(/\?.*$/s, '?***');
}

function ifString<T>(raw: unknown, read: (text: string) => T | undefined): T | undefined {
  return typeof raw === 'string' ? read(raw) : undefined;
}
