// Clients that wait for keys: BLPOP and its kin. A blocking command that finds nothing calls `call.block`; the client
// then waits in the queue of each of its keys, first come first served. When a key is written, here or by a join, the
// command runs again for those who wait for it, until it finds something, its time is up, or somebody ends the wait. A
// command that is run again and still finds nothing calls `call.block` again, which then only says so.
import { ReplyWriter, regionBytesMost } from '../resp/reply-writer.ts';
import { type Attention, AttentionBit } from './attention.ts';
import type { Call, Deferral } from './call.ts';
import type { CommandEntry } from './command-table.ts';
import { copyArguments } from './copy-arguments.ts';
import type { ClientPort, RequestArgs } from './executor.ts';
import type { ChangeListener, KeyChanges, KeyId } from './key-changes.ts';
import { keyIdOf } from './key-changes.ts';
import type { Timers } from './timers.ts';

export interface BlockOptions {
  /** The first and the last argument that is a key to wait for. */
  readonly firstKey: number;
  readonly lastKey: number;
  /** 0: for ever. */
  readonly timeoutMs: number;
  /** Writes the reply of a wait in vain: `(reply) => reply.nilArray()`. */
  readonly onTimeout: (reply: ReplyWriter) => void;
  /** Arguments to run again with in place of those of the request, by index: what `$` of XREAD was when it began. */
  readonly rewrites?: ReadonlyMap<number, Buffer>;
  /** Also run again when a key is gone or of another type, which may then end the wait with an error (XREADGROUP). */
  readonly wakesOnLoss?: boolean;
}

/** Runs a command's body with arguments of its own for a client; true where it found something and replied. */
export type Rerun = (waiter: Waiter, reply: ReplyWriter) => boolean;

export interface Waiter {
  readonly client: ClientPort;
  readonly entry: CommandEntry;
  readonly args: RequestArgs;
  readonly ids: readonly KeyId[];
  readonly options: BlockOptions;
  readonly deferral: Deferral;
  /** The longest reply where it came from. */
  readonly replyBytesMax: () => number;
  cancelTimer: (() => void) | undefined;
}

/** The longest that one timer runs. */
const timerMsMax = 2 ** 31 - 1;

export class BlockedClients implements ChangeListener {
  /** Runs a waiting command again: dispatch's business. */
  rerun: Rerun | undefined;
  private readonly attention: Attention;
  private readonly changes: KeyChanges;
  private readonly timers: Timers;
  private readonly exists: (id: KeyId) => boolean;
  private readonly byKey = new Map<KeyId, Set<Waiter>>();
  private readonly byClient = new Map<ClientPort, Waiter>();
  private readonly ready = new Set<KeyId>();
  /** Whose command runs again. */
  private served: Waiter | undefined;
  private readonly reply = new ReplyWriter(
    4096,
    () => this.served?.replyBytesMax() ?? regionBytesMost,
    () => this.served?.entry.isWrite === true,
  );

  /** `exists`: whether a key is there. */
  constructor(attention: Attention, changes: KeyChanges, timers: Timers, exists: (id: KeyId) => boolean) {
    this.attention = attention;
    this.changes = changes;
    this.timers = timers;
    this.exists = exists;
    changes.settlers.push(() => this.serve());
  }

  /** How many clients wait. */
  get count(): number {
    return this.byClient.size;
  }

  /** How many of them not for ever. */
  get timedCount(): number {
    return count(this.byClient.values(), ({ cancelTimer }) => cancelTimer !== undefined);
  }

  /** How many keys are waited for. */
  get keyCount(): number {
    return this.byKey.size;
  }

  /** How many of them by a client that is also to be told when the key is gone. */
  get losableKeyCount(): number {
    return count(this.byKey.values(), (queue) =>
      [...queue].some(({ options }) => options.wakesOnLoss === true),
    );
  }

  /** The client of the call waits from now on. */
  add(call: Call, entry: CommandEntry, options: BlockOptions): void {
    const { session, args } = call;
    const ids: KeyId[] = [];
    for (let i = options.firstKey; i <= options.lastKey; i++) {
      const id = keyIdOf(session.db, args.buf, args.offsets[i]!, args.lengths[i]!);
      if (!ids.includes(id)) ids.push(id);
    }
    const deferral = call.deferForever();
    const client = call.client!;
    const copied = copyArguments(args, options.rewrites);
    const waiter: Waiter = {
      client,
      entry,
      args: copied,
      ids,
      options,
      deferral,
      replyBytesMax: call.reply.regionBytesMax,
      cancelTimer: undefined,
    };
    if (this.byClient.size === 0) this.changes.listen(this);
    this.byClient.set(client, waiter);
    for (const id of ids) {
      const queue = this.byKey.get(id);
      if (queue === undefined) this.byKey.set(id, new Set([waiter]));
      else queue.add(waiter);
    }
    if (options.timeoutMs > 0) this.arm(waiter, options.timeoutMs);
  }

  /** Whether a client waits for the key. */
  awaits(id: KeyId): boolean {
    return this.byKey.has(id);
  }

  touched(id: KeyId): void {
    if (!this.byKey.has(id)) return;
    this.ready.add(id);
    this.changes.pend();
  }

  replaced(db: number): void {
    for (const id of this.byKey.keys()) if (id.charCodeAt(0) === db) this.touched(id);
  }

  /** Ends the wait of a client without a reply: it is gone, or begins anew. */
  forget(client: ClientPort): void {
    const waiter = this.byClient.get(client);
    if (waiter !== undefined) this.remove(waiter);
  }

  /**
   * CLIENT UNBLOCK: ends the wait of a client as if its time were up, or with `error`. False where it does not wait.
   */
  unblock(clientId: number, error: string | undefined): boolean {
    for (const [{ session }, waiter] of this.byClient) {
      if (session.id !== clientId) continue;
      if (error !== undefined) waiter.entry.failed += 1;
      this.end(waiter, error === undefined ? waiter.options.onTimeout : (reply) => reply.error(error));
      return true;
    }
    return false;
  }

  private arm(waiter: Waiter, ms: number): void {
    const nowMs = Math.min(ms, timerMsMax);
    waiter.cancelTimer = this.timers.after(nowMs, () => {
      if (ms > nowMs) this.arm(waiter, ms - nowMs);
      else this.end(waiter, waiter.options.onTimeout);
    });
  }

  private end(waiter: Waiter, write: (reply: ReplyWriter) => void): void {
    this.remove(waiter);
    waiter.deferral.resume(write);
  }

  private remove(waiter: Waiter): void {
    waiter.cancelTimer?.();
    this.byClient.delete(waiter.client);
    for (const id of waiter.ids) {
      const queue = this.byKey.get(id);
      queue?.delete(waiter);
      if (queue?.size === 0) this.byKey.delete(id);
    }
    if (this.byClient.size > 0) return;
    this.ready.clear();
    this.changes.unlisten(this);
  }

  /** Runs again what waits for keys that were written; what that writes may make other keys ready. */
  private serve(): void {
    // What runs again may write, and writes are held; the end of the pause settles again.
    if ((this.attention.bits & AttentionBit.paused) !== 0) return;
    for (const id of this.ready) {
      this.ready.delete(id);
      this.serveKey(id);
    }
  }

  private serveKey(id: KeyId): void {
    let isThere = this.exists(id);
    for (const waiter of this.byKey.get(id) ?? []) {
      if (!isThere && waiter.options.wakesOnLoss !== true) continue;
      if (this.retry(waiter)) isThere = this.exists(id);
    }
  }

  private retry(waiter: Waiter): boolean {
    if (waiter.deferral.gone) {
      this.remove(waiter);
      return false;
    }
    const { reply } = this;
    this.served = waiter;
    reply.reset(64 * 1024);
    reply.open();
    reply.protocol = waiter.client.session.protocol;
    if (this.rerun?.(waiter, reply) !== true) return false;
    // `raw` copies, so the one writer serves all.
    this.end(waiter, (late) => late.raw(reply.buf.subarray(reply.start, reply.pos)));
    return true;
  }
}

function count<T>(each: Iterable<T>, fits: (one: T) => boolean): number {
  let n = 0;
  for (const one of each) if (fits(one)) n += 1;
  return n;
}
