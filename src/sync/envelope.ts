// Control messages: one JSON envelope `{type, id, timestamp, payload}` each. The shapes below are the whole schema, as
// data: types, the check of what arrives and the test that ties the schema to the protocol version all come from it.
// It knows no socket and no state: what may be said when is the link machine's.

/** Raised whenever `messageShapes` or the layout of frames changes: a test holds their hash. */
export const protocolVersion = 2;
export const subprotocol = 'ferrite.v1';
export const controlBytesMax = 8 * 1024 * 1024;
/** Tags of an origin that travel in the handshake, newest last. */
export const tagsMax = 32;
const textLengthMax = 1024;
const vectorEntriesMax = 65_535;

export interface Entry {
  readonly stamp: number;
  readonly tag: number;
}

export interface Cursor {
  readonly journal: string;
  readonly seq: number;
  readonly tag: number;
}

/** Origin name, stamp, tag. */
export type VectorRow = readonly [string, number, number];

interface FieldTypes {
  int: number;
  'int?': number | undefined;
  text: string;
  'text?': string | undefined;
  bool: boolean;
  base64: string;
  'entry|null': Entry | null;
  tags: readonly number[];
  'cursor|null': Cursor | null;
  'vector|null': readonly VectorRow[] | null;
}
type FieldKind = keyof FieldTypes;

const greeting = {
  version: 'int',
  node_id: 'text',
  origin: 'text',
  tag: 'int',
  role: 'text',
  mode: 'text',
  software: 'text',
  journal: 'text',
  durable: 'bool',
  window: 'int',
  unpacks: 'text?',
} as const;
const knowledge = {
  entry: 'entry|null',
  seen: 'entry|null',
  tags: 'tags',
  ends: 'tags',
  cursor: 'cursor|null',
  vector: 'vector|null',
  relies: 'text?',
} as const;

export const messageShapes = {
  hello: { ...greeting, hash: 'int', peer: 'text?' },
  welcome: { ...greeting, ...knowledge, horizon: 'vector|null' },
  ready: { ...knowledge, lacks: 'text?' },
  ack: { received: 'int?', durable: 'int?' },
  nack: {
    id: 'text?',
    batch: 'int?',
    want: 'int?',
    reason: 'text',
    error: 'text',
    retry_after: 'int?',
    bytes: 'int?',
  },
  want: { want: 'int', db: 'int', key: 'base64' },
  request: { op: 'text' },
  reply: { to: 'text', ok: 'bool', error: 'text?' },
  goodbye: { reason: 'text', retry_after: 'int?' },
} as const satisfies Record<string, Record<string, FieldKind>>;

export type MessageType = keyof typeof messageShapes;
type PayloadOf<S> = { readonly [K in keyof S]: S[K] extends FieldKind ? FieldTypes[S[K]] : never };
export type Payload<T extends MessageType> = PayloadOf<(typeof messageShapes)[T]>;

/** Reason of a nack: the key that the peer wants cannot be had here now. */
export const unavailable = 'unavailable';

/** A nack that says no more than what is given. */
export function nackOf(
  said: Pick<Payload<'nack'>, 'reason' | 'error'> & Partial<Payload<'nack'>>,
): Payload<'nack'> {
  const nothing = { id: undefined, batch: undefined, want: undefined, retry_after: undefined };
  return { ...nothing, bytes: undefined, ...said };
}

export type Message = {
  [T in MessageType]: {
    readonly type: T;
    readonly id: string;
    readonly timestamp: number;
    readonly payload: Payload<T>;
  };
}[MessageType];

/** What did not parse: with the id, where there was one, for the nack. */
export interface Malformed {
  readonly type: undefined;
  readonly id: string | undefined;
  readonly reason: 'malformed' | 'unknown_type' | 'version';
  readonly error: string;
  /** Whether it was a nack itself: those are never answered. */
  readonly isNack: boolean;
}

function isInt(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= textLengthMax;
}

/** An object of which nothing is known but that these may be there. */
interface Loose extends Record<string, unknown> {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly timestamp?: unknown;
  readonly payload?: unknown;
  readonly version?: unknown;
  readonly journal?: unknown;
  readonly seq?: unknown;
  readonly stamp?: unknown;
  readonly tag?: unknown;
}

function isRecord(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRow(row: unknown): boolean {
  return Array.isArray(row) && row.length === 3 && isText(row[0]) && isInt(row[1]) && isInt(row[2]);
}

const checks: Record<FieldKind, (value: unknown) => boolean> = {
  int: isInt,
  'int?': (v) => v === undefined || isInt(v),
  text: isText,
  'text?': (v) => v === undefined || isText(v),
  bool: (v) => typeof v === 'boolean',
  base64: (v) => typeof v === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(v),
  'entry|null': (v) => v === null || (isRecord(v) && isInt(v.stamp) && isInt(v.tag)),
  tags: (v) => Array.isArray(v) && v.length <= tagsMax && v.every(isInt),
  'cursor|null': (v) => v === null || (isRecord(v) && isText(v.journal) && isInt(v.seq) && isInt(v.tag)),
  'vector|null': (v) => v === null || (Array.isArray(v) && v.length <= vectorEntriesMax && v.every(isRow)),
};

function isMessageType(type: unknown): type is MessageType {
  return typeof type === 'string' && Object.hasOwn(messageShapes, type);
}

/** The first field of the payload that is not as its shape says; undefined if all are. */
function wrongField(type: MessageType, payload: Loose): string | undefined {
  const shape: Record<string, FieldKind> = messageShapes[type];
  return Object.keys(shape).find((field) => !checks[shape[field]!](payload[field]));
}

function malformed(id: string | undefined, type: unknown, error: string): Malformed {
  const reason = type !== undefined && !isMessageType(type) ? 'unknown_type' : 'malformed';
  return { type: undefined, id, reason, error, isNack: type === 'nack' };
}

/** Reads a text frame. Never throws: what is not a message of this version comes back as Malformed. */
export function parseMessage(text: string): Message | Malformed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed(undefined, undefined, 'not JSON');
  }
  if (!isRecord(value)) return malformed(undefined, undefined, 'not an envelope');
  const id = isText(value.id) ? value.id : undefined;
  const type = value.type;
  if (id === undefined) return malformed(undefined, type, 'no id');
  if (!isMessageType(type)) return malformed(id, type ?? '', 'unknown type');
  if (!isInt(value.timestamp)) return malformed(id, type, 'no timestamp');
  const payload = value.payload;
  if (!isRecord(payload)) return malformed(id, type, 'no payload');
  const version = payload.version;
  if ((type === 'hello' || type === 'welcome') && isInt(version) && version !== protocolVersion) {
    const error = `the peer speaks protocol version ${version}, this node ${protocolVersion}`;
    return { type: undefined, id, reason: 'version', error, isNack: false };
  }
  const wrong = wrongField(type, payload);
  if (wrong !== undefined) return malformed(id, type, `payload.${wrong}`);
  return { type, id, timestamp: value.timestamp, payload } as Message;
}

/** Makes the ids and texts of one connection's messages. */
export class Envelopes {
  private count = 0;

  /** The text of a message and its id. */
  make<T extends MessageType>(type: T, payload: Payload<T>, nowMs: number): { id: string; text: string } {
    this.count += 1;
    const id = `msg-${nowMs}-${this.count}`;
    return { id, text: JSON.stringify({ type, id, timestamp: nowMs, payload }) };
  }
}
