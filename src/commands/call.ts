// One request under execution: its arguments as numbers, texts and bytes, the key it names, and the reply. One Call
// serves all requests of a node, so commands keep nothing of it beyond their run, unless they take a Deferral.
//
// A write tells of its keyspace event after it has changed the key: `call.notify('hset', 1)`, then `call.notify('del',
// 1)` where that left the key empty. Whatever it recorded as a delta wakes, breaks and invalidates by itself;
// `call.touch(1)` is for a change that is none. A command that waits ends with `call.block(...)`: see
// blocked-clients.ts.
import { CommandError } from '../base/errors.ts';
import {
  notAFloat,
  notAnInteger,
  notInTransaction,
  syntaxError,
  textTooLong,
  wrongArguments,
  wrongType,
} from '../resp/errors.ts';
import type { ReplyWriter } from '../resp/reply-writer.ts';
import { createRequestArgs } from '../resp/request-args.ts';
import { EntryType } from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import { parseInt64, parseSafeInt } from '../store/number.ts';
import type { SliceSizes } from '../store/slice-sizes.ts';
import type { Store } from '../store/store.ts';
import type { BlockOptions } from './blocked-clients.ts';
import type { CommandEntry } from './command-table.ts';
import type { ClientPort, RequestArgs } from './executor.ts';
import { type KeyId, keyIdOf } from './key-changes.ts';
import { EventClass, type KeyEvent, type KeyEvents } from './key-events.ts';
import type { SlicedRun } from './large-work.ts';
import type { Services } from './services.ts';
import { Session, SessionMode } from './session.ts';

const textBytesMax = 1024 * 1024;

/** A reply that comes later. */
export interface Deferral {
  readonly gone: boolean;
  resume(write: (reply: ReplyWriter) => void): void;
}

export class Call {
  readonly services: Services;
  readonly store: Store;
  /** Those of the store. */
  readonly sliceSizes: SliceSizes;
  private readonly events: KeyEvents;
  args: RequestArgs = createRequestArgs();
  argc = 0;
  /** The buffer that all arguments are in. */
  buf: Buffer = this.args.buf;
  client: ClientPort | undefined;
  session: Session = new Session(0, { remote: '', local: '' }, 0, true);
  reply!: ReplyWriter;
  /** The name by which errors speak of the command: `get`, `config|get`. */
  name = '';
  deferred = false;
  /** The command goes on in slices, which are to be counted with it. */
  sliced: SlicedRun | undefined = undefined;
  /** The command under execution; undefined before the first. */
  entry: CommandEntry | undefined = undefined;
  /** The command waited and runs again: it may not begin another wait. */
  rerunning = false;
  /** EXEC is running the commands of a transaction: nothing may wait. */
  inTransaction = false;
  /** Runs a command with arguments of its own for this client, as part of the present one: dispatch sets it. */
  runInner: (entry: CommandEntry, args: RequestArgs) => void = () => {};
  /** The command that ran again has to go on waiting. */
  stillWaiting = false;

  constructor(services: Services) {
    this.services = services;
    this.store = services.store;
    this.sliceSizes = services.store.sliceSizes;
    this.events = services.events;
  }

  /**
   * From now on it is about this command with these arguments: one of a transaction, or one that is looked at ahead.
   */
  stand(entry: CommandEntry | undefined, args: RequestArgs): void {
    this.args = args;
    this.buf = args.buf;
    this.argc = args.argc;
    this.entry = entry;
  }

  offset(i: number): number {
    return this.args.offsets[i]!;
  }

  length(i: number): number {
    return this.args.lengths[i]!;
  }

  /**
   * Argument i as UTF-8 text: a name, a number or an option. Throws CommandError where it is too long for any of them.
   */
  text(i: number): string {
    if (this.args.lengths[i]! > textBytesMax) throw new CommandError(textTooLong(textBytesMax));
    return this.excerpt(i, textBytesMax);
  }

  /** The beginning of argument i as UTF-8 text, for messages and logs. */
  excerpt(i: number, bytesMax: number): string {
    const offset = this.args.offsets[i]!;
    return this.buf.toString('utf8', offset, offset + Math.min(this.args.lengths[i]!, bytesMax));
  }

  /** A copy of argument i. */
  bytes(i: number): Buffer {
    const offset = this.args.offsets[i]!;
    return Buffer.from(this.buf.subarray(offset, offset + this.args.lengths[i]!));
  }

  /** Whether argument i is `word` (given in lower case), letter case aside. */
  is(i: number, word: string): boolean {
    const length = this.args.lengths[i]!;
    if (length !== word.length) return false;
    const offset = this.args.offsets[i]!;
    for (let k = 0; k < length; k++) {
      const byte = this.buf[offset + k]!;
      const lower = byte >= 65 && byte <= 90 ? byte | 32 : byte;
      if (lower !== word.charCodeAt(k)) return false;
    }
    return true;
  }

  /** Argument i as an integer; 64-bit ones beyond 2^53 as the nearest safe one. Throws `message` for anything else. */
  integer(i: number, message = notAnInteger): number {
    const value = parseSafeInt(this.buf, this.args.offsets[i]!, this.args.lengths[i]!);
    if (value !== undefined) return value;
    // Nothing that is counted here comes near 2^53.
    return this.bigInteger(i, message) > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
  }

  /** Argument i as a 64-bit integer. Throws `message` for anything else. */
  bigInteger(i: number, message = notAnInteger): bigint {
    const value = parseInt64(this.buf, this.args.offsets[i]!, this.args.lengths[i]!);
    if (value === undefined) throw new CommandError(message);
    return value;
  }

  /** Argument i as a number with a fraction. Throws for anything else. */
  float(i: number): number {
    const text = this.text(i);
    const value = text === '' || /^\s|\s$/.test(text) ? Number.NaN : Number(text);
    if (!Number.isFinite(value)) throw new CommandError(notAFloat);
    return value;
  }

  /** The keyspace of the client's database. */
  get keyspace(): Keyspace {
    return this.store.keyspace(this.session.db);
  }

  hashOf(i: number): number {
    return this.store.hash.of(this.buf, this.args.offsets[i]!, this.args.lengths[i]!);
  }

  /** The live entry of the key in argument i, or 0. */
  find(i: number): number {
    const offset = this.args.offsets[i]!;
    const length = this.args.lengths[i]!;
    const hash = this.store.hash.of(this.buf, offset, length);
    return this.store.find(this.keyspace, hash, this.buf, offset, length);
  }

  /**
   * Whether a command that waited is to pass over the key in argument i, which came to hold another type than the one
   * it waits for.
   */
  passesOver(i: number, type: number): boolean {
    if (!this.rerunning) return false;
    const at = this.find(i);
    return at !== 0 && this.store.entries.type(at) !== type;
  }

  /** The live entry of the key in argument i, or 0, for a look that is no use: counts a hit or a miss. */
  findLook(i: number): number {
    const at = this.find(i);
    if (at === 0) this.miss(i);
    else this.services.stats.hits += 1;
    return at;
  }

  /** The live entry of the key in argument i, or 0, for a read: counts a hit or a miss, and the access. */
  findRead(i: number): number {
    const at = this.find(i);
    this.countRead(i, at);
    return at;
  }

  /** What `findRead` counts of the key in argument i, whose entry is `at`. */
  countRead(i: number, at: number): void {
    if (at === 0) {
      this.miss(i);
      return;
    }
    this.services.stats.hits += 1;
    if (!this.session.noTouch) this.store.touch(at);
  }

  private miss(i: number): void {
    this.services.stats.misses += 1;
    if ((this.events.mask & EventClass.miss) !== 0) this.notify('keymiss', i);
  }

  /** The live string of the key in argument i, or 0, for a read. Throws WRONGTYPE for another type. */
  findString(i: number): number {
    const at = this.findRead(i);
    if (at !== 0 && this.store.entries.type(at) !== EntryType.string) throw new CommandError(wrongType);
    return at;
  }

  /** The live string of the key in argument i, or 0, for a write. Throws WRONGTYPE for another type. */
  findStringToWrite(i: number): number {
    const at = this.find(i);
    if (at !== 0 && this.store.entries.type(at) !== EntryType.string) throw new CommandError(wrongType);
    return at;
  }

  /** Puts argument `value` as the string of the key in argument `key`, and tells so. `deadlineMs` as in Strings.set. */
  putString(key: number, value: number, deadlineMs: number): void {
    const { offsets, lengths } = this.args;
    this.store.strings.set(
      this.keyspace,
      this.buf,
      offsets[key]!,
      lengths[key]!,
      this.buf,
      offsets[value]!,
      lengths[value]!,
      deadlineMs,
    );
    if (this.events.mask === 0) return;
    this.notify('set', key);
    if (deadlineMs > 0) this.notify('expire', key);
  }

  /**
   * Opens the collection of the key in argument i for a read: counts a hit or a miss, and the access. False where there
   * is none. Throws WRONGTYPE for another type.
   */
  openToRead(i: number, type: number): boolean {
    const at = this.findRead(i);
    const { store, buf } = this;
    if (at !== 0 && store.entries.type(at) !== type) throw new CommandError(wrongType);
    // Only what writes needs the hash of the key.
    store.elements.stand(this.keyspace, 0, at, buf, this.args.offsets[i]!, this.args.lengths[i]!, type);
    return at !== 0;
  }

  /**
   * Opens the collection of the key in argument i for a write, whether it is there or not; `purges` as in
   * Elements.open. Throws WRONGTYPE.
   */
  openToWrite(i: number, type: number, purges = true): boolean {
    const { offsets, lengths } = this.args;
    return this.store.elements.open(this.keyspace, this.buf, offsets[i]!, lengths[i]!, type, purges);
  }

  /** Removes the key in argument i; false where it does not exist. */
  removeKey(i: number): boolean {
    return this.store.remove(this.keyspace, this.buf, this.args.offsets[i]!, this.args.lengths[i]!);
  }

  /** Whether arguments i and k are the same bytes. */
  sameBytes(i: number, k: number): boolean {
    const { buf } = this;
    const from = this.args.offsets[k]!;
    const to = from + this.args.lengths[k]!;
    const offset = this.args.offsets[i]!;
    return buf.compare(buf, from, to, offset, offset + this.args.lengths[i]!) === 0;
  }

  /** Replies with the value of a string entry as a bulk string. */
  replyString(at: number): void {
    const { strings } = this.store;
    strings.read(at);
    this.reply.bulk(strings.valueBytes, strings.valueOffset, strings.valueLength);
  }

  /** The reply comes later; requests of this client wait until then. */
  defer(): Deferral {
    if (this.inTransaction) throw new CommandError(notInTransaction);
    this.deferred = true;
    if (this.client === undefined) throw new CommandError('ERR this command needs a connection');
    const deferral = this.client.defer();
    const { mode } = this.session;
    if ((mode & (SessionMode.silent | SessionMode.silentOnce)) === 0) return deferral;
    return {
      get gone() {
        return deferral.gone;
      },
      resume: () => deferral.resume(() => {}),
    };
  }

  /** The same where the reply may never come: a client that has left, or leaves meanwhile, is let go. */
  deferForever(): Deferral {
    const deferral = this.defer();
    this.session.awaitsOthers = true;
    if (this.client?.hasLeft === true) this.client.close('its client has left');
    return deferral;
  }

  /** The key in argument i, for what keeps tables of keys. */
  keyId(i: number): KeyId {
    return keyIdOf(this.session.db, this.buf, this.args.offsets[i]!, this.args.lengths[i]!);
  }

  /** Tells of a keyspace event of the key in argument i. */
  notify(event: KeyEvent, i: number): void {
    if (this.events.mask !== 0) this.events.raise(event, this.keyId(i));
  }

  /** Tells of a keyspace event of any key of a database. */
  notifyKey(event: KeyEvent, db: number, key: Uint8Array, offset: number, length: number): void {
    if (this.events.mask !== 0) this.events.raise(event, keyIdOf(db, key, offset, length));
  }

  /** The key in argument i has changed in a way of which no delta tells. */
  touch(i: number): void {
    const { changes } = this.services;
    changes.touch(this.session.db, this.buf, this.args.offsets[i]!, this.args.lengths[i]!);
  }

  /**
   * The client waits until one of the keys is written and this command, run again, replies; at the end of its time it
   * gets `onTimeout`. The command must not have replied. Where nothing may wait (in a transaction) time is up at once.
   */
  block(options: BlockOptions): void {
    if (this.rerunning) this.stillWaiting = true;
    else if (this.inTransaction) options.onTimeout(this.reply);
    else this.services.blocked.add(this, this.entry!, options);
  }

  wrongArguments(): never {
    throw new CommandError(wrongArguments(this.name));
  }

  syntaxError(): never {
    throw new CommandError(syntaxError);
  }
}
