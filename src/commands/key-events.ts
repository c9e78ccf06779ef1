// Keyspace notifications: what happens to keys, published on `__keyspace@<db>__:<key>` and `__keyevent@<db>__:<event>`
// for whom notify-keyspace-events says. A command tells of its events by `call.notify('hset', 1)`; joins of others'
// deltas are told of here, by the kind of the delta. https://redis.io/docs/manual/keyspace-notifications/
import { DeltaKind } from '../delta/kinds.ts';
import { EntryType } from '../store/entry.ts';
import { type Attention, AttentionBit } from './attention.ts';
import type { ChangeListener, KeyChanges, KeyId } from './key-changes.ts';

/** The classes of events, as bits, with the letters of notify-keyspace-events. */
export const EventClass = {
  keyspace: 1,
  keyevent: 2,
  generic: 4,
  string: 8,
  list: 16,
  set: 32,
  hash: 64,
  zset: 128,
  expired: 256,
  evicted: 512,
  stream: 1024,
  miss: 2048,
  module: 8192,
  created: 16384,
} as const;

const letters: readonly (readonly [letter: string, bit: number])[] = [
  ['g', EventClass.generic],
  ['$', EventClass.string],
  ['l', EventClass.list],
  ['s', EventClass.set],
  ['h', EventClass.hash],
  ['z', EventClass.zset],
  ['x', EventClass.expired],
  ['e', EventClass.evicted],
  ['t', EventClass.stream],
  ['d', EventClass.module],
];
/** Letters that `A` does not stand for. Redis shows no `n` beside an `A`. */
const created = ['n', EventClass.created] as const;
const outsideAll: readonly (readonly [letter: string, bit: number])[] = [
  ['K', EventClass.keyspace],
  ['E', EventClass.keyevent],
  ['m', EventClass.miss],
];
const allClasses = letters.reduce((all, [, bit]) => all | bit, 0);

const namesOfClass = {
  generic: [
    'del',
    'rename_from',
    'rename_to',
    'move_from',
    'move_to',
    'copy_to',
    'restore',
    'expire',
    'persist',
  ],
  string: ['set', 'setrange', 'incrby', 'incrbyfloat', 'append', 'setbit', 'pfadd', 'pfmerge'],
  list: ['lpush', 'rpush', 'lpop', 'rpop', 'linsert', 'lset', 'lrem', 'ltrim', 'sortstore'],
  set: ['sadd', 'srem', 'spop', 'sinterstore', 'sunionstore', 'sdiffstore'],
  hash: ['hset', 'hincrby', 'hincrbyfloat', 'hdel', 'hexpire', 'hexpired', 'hpersist'],
  zset: [
    'zadd',
    'zincr',
    'zrem',
    'zremrangebyscore',
    'zremrangebyrank',
    'zremrangebylex',
    'zpopmin',
    'zpopmax',
    'zinterstore',
    'zunionstore',
    'zdiffstore',
    'zrangestore',
    'geosearchstore',
    'georadiusstore',
  ],
  stream: [
    'xadd',
    'xtrim',
    'xdel',
    'xsetid',
    'xgroup-create',
    'xgroup-createconsumer',
    'xgroup-delconsumer',
    'xgroup-destroy',
    'xgroup-setid',
    'xclaim',
    'xautoclaim',
  ],
  expired: ['expired'],
  evicted: ['evicted'],
  miss: ['keymiss'],
  created: ['new'],
} as const;

/** The name of an event, as Redis has it. */
export type KeyEvent = (typeof namesOfClass)[keyof typeof namesOfClass][number];

const classOf: ReadonlyMap<string, number> = new Map(
  Object.entries(namesOfClass).flatMap(([name, events]) =>
    events.map((event) => [event, EventClass[name as keyof typeof namesOfClass]] as const),
  ),
);

/** The event by which a join of a delta is told of, by kind and, for an element, the type of what it is in. */
const eventOfJoin: ReadonlyMap<number, Readonly<Record<number, KeyEvent>>> = new Map<
  number,
  Readonly<Record<number, KeyEvent>>
>([
  [DeltaKind.put, { 0: 'set', [EntryType.hash]: 'hset', [EntryType.set]: 'sadd', [EntryType.zset]: 'zadd' }],
  [DeltaKind.count, { 0: 'incrby', [EntryType.hash]: 'hincrby', [EntryType.zset]: 'zincr' }],
  [DeltaKind.patch, { 0: 'setrange' }],
  [
    DeltaKind.clear,
    {
      0: 'del',
      [EntryType.hash]: 'hdel',
      [EntryType.set]: 'srem',
      [EntryType.zset]: 'zrem',
      [EntryType.stream]: 'xdel',
    },
  ],
  [DeltaKind.expire, { 0: 'expire', [EntryType.hash]: 'hexpire' }],
  [DeltaKind.insert, { 0: 'rpush' }],
  [DeltaKind.rewrite, { 0: 'lset' }],
  [DeltaKind.remove, { 0: 'lrem' }],
  [DeltaKind.registers, { 0: 'pfadd' }],
  [DeltaKind.entry, { 0: 'xadd' }],
  [DeltaKind.extent, { 0: 'xtrim' }],
]);

/** What is told of a key that is not there, and makes none. */
const leavesAbsent: ReadonlySet<KeyEvent> = new Set(['keymiss', 'expired', 'evicted']);

/** What says itself that a key is there from now on, or is not. */
const endsAbsence: ReadonlySet<KeyEvent> = new Set(['new', 'del']);

export class KeyEvents implements ChangeListener {
  /** Bits of EventClass; 0 while nobody is told of anything. */
  mask = 0;
  private readonly changes: KeyChanges;
  private readonly attention: Attention;
  private readonly publish: (channel: string, message: string) => void;
  /** Whether a join is under way, and not a command of this node. */
  private readonly joining: () => boolean;
  private readonly absent = new Set<KeyId>();

  /** `publish` takes channel and message as Latin-1 of their bytes. */
  constructor(
    changes: KeyChanges,
    attention: Attention,
    publish: (channel: string, message: string) => void,
    joining: () => boolean,
  ) {
    this.changes = changes;
    this.attention = attention;
    this.publish = publish;
    this.joining = joining;
  }

  /** The classes as Redis writes them: `AKE`. */
  get letters(): string {
    const isAll = (this.mask & allClasses) === allClasses;
    return (isAll ? 'A' : this.shown([...letters, created])) + this.shown(outsideAll);
  }

  private shown(of: readonly (readonly [letter: string, bit: number])[]): string {
    return of.map(([letter, bit]) => ((this.mask & bit) === 0 ? '' : letter)).join('');
  }

  setMask(mask: number): void {
    this.mask = mask;
    this.attention.set(AttentionBit.created, (mask & EventClass.created) !== 0);
    if (mask === 0) this.changes.unlisten(this);
    else this.changes.listen(this);
  }

  /** Tells of an event of a key. */
  raise(event: KeyEvent, id: KeyId): void {
    if (!leavesAbsent.has(event) && this.absent.delete(id) && !endsAbsence.has(event)) this.raise('new', id);
    const { mask } = this;
    if ((mask & (classOf.get(event) ?? 0)) === 0) return;
    const db = id.charCodeAt(0);
    const key = id.slice(1);
    if ((mask & EventClass.keyspace) !== 0) this.publish(`__keyspace@${db}__:${key}`, event);
    if ((mask & EventClass.keyevent) !== 0) this.publish(`__keyevent@${db}__:${event}`, key);
  }

  /** Before a command that may create keys: which of its keys are not there. */
  noteAbsent(ids: Iterable<KeyId>): void {
    this.absent.clear();
    for (const id of ids) this.absent.add(id);
  }

  touched(id: KeyId, kind: number, type: number): void {
    if (!this.joining()) return;
    const event = eventOfJoin.get(kind)?.[type];
    if (event !== undefined) this.raise(event, id);
  }

  replaced(): void {
    // Redis tells of no event for a flush.
  }
}

/** Bits of a parameter's letters; undefined where one is unknown. */
export function eventMask(text: string): number | undefined {
  let mask = 0;
  for (const letter of text) {
    const known = [...letters, created, ...outsideAll].find(([name]) => name === letter);
    if (letter !== 'A' && known === undefined) return undefined;
    mask |= known?.[1] ?? allClasses;
  }
  return mask;
}
