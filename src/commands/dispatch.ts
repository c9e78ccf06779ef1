// Runs requests: finds the command, checks what must hold before it may run, runs it, and turns a client's mistake into
// its error reply. This is the only place that catches CommandError, and it knows no command by name.
import { CommandError } from '../base/errors.ts';
import {
  noAuth,
  noPermission,
  notInTransaction,
  notWhileMonitoring,
  notWhileSubscribed,
  outOfMemory,
  unknownSubcommand,
  wrongArguments,
} from '../resp/errors.ts';
import { ReplyWriter } from '../resp/reply-writer.ts';
import { freshAccess } from '../store/access-clock.ts';
import { logDenial } from './acl/log-denial.ts';
import type { User } from './acl/user.ts';
import { type Attention, AttentionBit } from './attention.ts';
import type { Waiter } from './blocked-clients.ts';
import { Call } from './call.ts';
import type { CommandEntry } from './command-table.ts';
import { type ClientPort, ExecuteResult, type Executor, type RequestArgs } from './executor.ts';
import type { HeldRequest } from './held-requests.ts';
import { forgetClient, keyExists } from './interplay.ts';
import type { KeyChanges, KeyId } from './key-changes.ts';
import { findKeys } from './keys-of.ts';
import type { Finish, SlicedRun } from './large-work.ts';
import type { LatencyMonitor } from './latency-monitor.ts';
import { Lookahead } from './lookahead.ts';
import type { Services } from './services.ts';
import { type Session, SessionMode } from './session.ts';
import type { SlowLog } from './slow-log.ts';

const quotedArgumentsBytesMax = 128;
/** So much of a key or channel that was refused; the log keeps 1024 characters. */
const deniedBytesMax = 4096;
/** So many runs of one command share one reading of the clock. */
const timedTogetherMax = 16;
/** Where times shorter than this are logged or noted, each run is timed by itself. */
const timedAloneUsec = 1000;
/** Refused pages (see `httpRequest`) are logged no oftener. */
const httpLogEveryMs = 60_000;
/**
 * The name of the request begins a line of HTTP: a browser was made to send a page's text to this port, and its other
 * lines would be commands. As in Redis the connection closes, and nothing is replied.
 */
const httpRequest = new CommandError('ERR HTTP');

export interface DispatchOptions {
  readonly services: Services;
  /** Unix ms. */
  readonly nowMs: () => number;
  /** A monotonic time in ms, for the figures of commands. */
  readonly monotonicMs: () => number;
}

export class Dispatch implements Executor {
  sendReplies: (() => void) | undefined;
  private readonly services: Services;
  private readonly call: Call;
  private readonly changes: KeyChanges;
  private readonly attention: Attention;
  private readonly slowLog: SlowLog;
  private readonly latency: LatencyMonitor;
  private readonly nowMs: () => number;
  private readonly monotonicMs: () => number;
  /** When the clock was read last, and what has run since then: so many runs, all of `timed`. */
  private lastMs = 0;
  private timed: CommandEntry | undefined = undefined;
  private untimed = 0;
  /** Someone asks for times so short that each run is timed by itself. */
  private timesEach = false;
  private readonly lookahead: Lookahead;
  /** Records in the block that is open, before the command that runs. */
  private recordsBefore = 0;
  /** The command that runs or ran last; undefined where it was refused before, or queued. */
  private admitted: CommandEntry | undefined = undefined;
  private httpLoggedMs = Number.NEGATIVE_INFINITY;

  constructor(options: DispatchOptions) {
    this.services = options.services;
    this.call = new Call(options.services);
    this.lookahead = new Lookahead(options.services.store, options.services.table);
    this.changes = options.services.changes;
    this.attention = options.services.attention;
    this.slowLog = options.services.slowLog;
    this.latency = options.services.latency;
    this.call.runInner = (entry, args) => this.runInner(entry, args);
    options.services.pause.requests.run = (request) => this.replay(request);
    options.services.unheldKeys.run = (request) => this.replay(request);
    options.services.workGate.requests.run = (request) => this.replay(request);
    options.services.blocked.rerun = (waiter, reply) => this.rerun(waiter, reply);
    options.services.largeWork.runner = {
      monotonicMs: () => this.monotonicMs(),
      sendReplies: () => this.sendReplies?.(),
      run: (run, finish) => this.finish(run, finish),
      fail: (run, error) => this.fail(run.entry, error, run.call.reply),
      count: (run) => this.countSliced(run),
    };
    this.nowMs = options.nowMs;
    this.monotonicMs = options.monotonicMs;
  }

  get isWriting(): boolean {
    return this.call.entry?.isWrite === true;
  }

  beginTurn(): void {
    const { store } = this.services;
    const nowMs = this.nowMs();
    store.nowMs = nowMs;
    store.clock.observe(nowMs);
    store.ground.access = freshAccess(nowMs, store.ground.isLfu);
    this.changes.beginTurn();
    this.lastMs = this.monotonicMs();
  }

  expect(requests: readonly RequestArgs[], count: number, session: Session): void {
    this.lookahead.expect(requests, count, session.db);
  }

  rest(): number {
    if (this.untimed > 0) this.readClock();
    this.lookahead.rest();
    return this.lastMs;
  }

  disconnected(client: ClientPort): void {
    forgetClient(this.services, client);
  }

  execute(client: ClientPort, args: RequestArgs, reply: ReplyWriter): ExecuteResult {
    const { call, services } = this;
    const { session } = client;
    const found = this.lookahead.commandOf(args);
    // Before the call forgets the request that the time is of.
    if (found !== this.timed && this.untimed > 0) this.readClock();
    this.prepare(client, args, reply, found);
    const recorder = services.store.recorder;
    this.recordsBefore = recorder === undefined ? 0 : recorder.count;
    const mark = reply.mark();
    this.admitted = undefined;
    services.stats.commands += 1;
    try {
      const entry = this.resolve(found, args);
      if (call.name !== entry.name) call.name = entry.name;
      if (session.lastCommand !== entry.name) session.lastCommand = entry.name;
      session.lastActiveMs = services.store.nowMs;
      this.admit(entry, session.authenticated);
      if (session.permissions !== undefined) this.authorize(client, session.permissions, entry);
      if ((session.mode | this.attention.bits) === 0) {
        this.admitted = entry;
        this.run(entry);
      } else this.runSpecial(entry, session);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      reply.rewind(mark);
      if (error === httpRequest) this.abandon(session);
      else this.fail(this.admitted, error, reply);
    }
    if (services.store.isStretched) services.store.unstretch();
    if (call.sliced !== undefined) this.beginSliced(call.sliced);
    else if (this.admitted !== undefined) this.count(this.admitted);
    if (session.mode !== 0) this.quieten(session, reply, mark);
    const isDeferred = call.deferred;
    const wrote = recorder !== undefined && recorder.count !== this.recordsBefore;
    if (this.changes.pending) this.changes.settle();
    if (isDeferred) return ExecuteResult.deferred;
    return wrote ? ExecuteResult.write : ExecuteResult.read;
  }

  /**
   * Runs a command. Where it found no room and has changed nothing yet, keys are evicted as the policy says, and it
   * runs again.
   */
  private run(entry: CommandEntry, finish?: Finish): void {
    const { call } = this;
    const { store } = call;
    const mark = call.reply.mark();
    let recorded = store.recorder?.count;
    for (let attempt = 0; ; attempt++) {
      try {
        if (finish !== undefined) finish.run();
        else entry.run?.(call);
        return;
      } catch (error) {
        if (!(error instanceof CommandError) || error.isFinal || !error.message.startsWith('OOM '))
          throw error;
        // Without a recorder nobody can say what was changed, so only what changes one thing may run again.
        const isWhole = recorded === undefined ? changesOneThing(call) : store.recorder?.count === recorded;
        if (!store.eviction.relieve(attempt) || !isWhole) throw error;
        call.reply.rewind(mark);
        recorded = store.recorder?.count;
      }
    }
  }

  /** A command of a client in a transaction, or with subscriptions. */
  private runSpecial(entry: CommandEntry, session: Session): void {
    const { call } = this;
    const { spec } = entry;
    const subscribed = (session.mode & SessionMode.subscribed) !== 0;
    if (subscribed && session.protocol === 2 && spec.isForSubscribers !== true) {
      entry.rejected += 1;
      throw new CommandError(notWhileSubscribed(entry.name));
    }
    const { transaction } = session;
    if (transaction !== undefined && entry.isForbiddenInMulti) {
      entry.rejected += 1;
      throw new CommandError(notInTransaction);
    }
    if (this.services.pause.holds(entry, session)) {
      this.services.pause.hold(call);
      return;
    }
    if (transaction !== undefined && spec.isUnqueued !== true) {
      const { store } = this.services;
      if (entry.needsMemory && store.usedBytes > store.limitBytes) {
        entry.rejected += 1;
        throw new CommandError(outOfMemory);
      }
      transaction.add(entry, call.args);
      call.reply.queued();
      return;
    }
    if ((session.mode & SessionMode.monitor) !== 0 && (entry.isWrite || spec.flags.includes('readonly'))) {
      entry.rejected += 1;
      throw new CommandError(notWhileMonitoring);
    }
    const { unheldKeys, workGate } = this.services;
    if ((this.attention.bits & AttentionBit.atWork) !== 0) {
      if (workGate.holds(this.call, entry)) return;
      // The work may have been done and committed just now.
      this.recordsBefore = this.services.store.recorder?.count ?? 0;
    }
    const isUnheld =
      (this.attention.bits & AttentionBit.unheld) !== 0 && unheldKeys.concerns(this.call, entry);
    if (isUnheld && unheldKeys.holds(this.call, entry)) return;
    this.admitted = entry;
    this.runAttended(entry, undefined, isUnheld);
  }

  /**
   * Runs a command, or what finishes it, with what others want to know of it. `mayBeUnheld`: it may name evicted keys.
   */
  private runAttended(entry: CommandEntry, finish?: Finish, mayBeUnheld = true): void {
    const { call, attention, services } = this;
    if ((attention.bits & AttentionBit.created) !== 0 && entry.isWrite) this.noteAbsent(entry);
    // EXEC leaves the last of its commands in the call.
    const { args, session, client } = call;
    services.current.client = client;
    try {
      if (!mayBeUnheld || (attention.bits & AttentionBit.unheld) === 0) this.run(entry, finish);
      else this.runUnheld(entry, finish);
    } finally {
      services.current.client = undefined;
      const isShown = (attention.bits & AttentionBit.monitored) !== 0 && !entry.isHidden && !call.rerunning;
      if (isShown) {
        services.monitors.show(session, entry, args, services.store.nowMs);
      }
      if (session.tracking !== undefined && client !== undefined) {
        services.tracking.ran(client, entry, args, call.inTransaction);
      }
    }
  }

  /** Runs a command that may concern keys which are not held whole here. */
  private runUnheld(entry: CommandEntry, finish: Finish | undefined): void {
    const { unheldKeys } = this.services;
    const replaced = unheldKeys.prepare(this.call, entry);
    this.run(entry, finish);
    if (replaced !== undefined) unheldKeys.settle(replaced);
  }

  /** Runs a request that was held: by a pause, or until its keys were here. */
  private replay({ client, args, deferral, replyBytesMax }: HeldRequest): void {
    const reply = new ReplyWriter(1024, replyBytesMax, () => this.isWriting);
    reply.open();
    reply.protocol = client.session.protocol;
    // It may have waited for long.
    this.beginTurn();
    const result = this.execute(client, args, reply);
    this.rest();
    if (result === ExecuteResult.deferred) return;
    deferral.resume((late) => late.take(reply));
  }

  /** Takes note of which keys of the call are not there. */
  private noteAbsent(entry: CommandEntry): void {
    const { call, services } = this;
    const absent: KeyId[] = [];
    for (const { index } of findKeys(entry, call.args) ?? []) {
      const id = call.keyId(index);
      if (!keyExists(services.store, id)) absent.push(id);
    }
    services.events.noteAbsent(absent);
  }

  /** Runs a queued command as part of EXEC: its error is its reply. */
  private runInner(entry: CommandEntry, args: RequestArgs): void {
    const { call } = this;
    const { reply } = call;
    const mark = reply.mark();
    if (this.untimed > 0) this.readClock();
    call.stand(entry, args);
    call.name = entry.name;
    this.services.stats.commands += 1;
    const { client, session } = call;
    try {
      if (session.permissions !== undefined && client !== undefined)
        this.authorize(client, session.permissions, entry);
      this.runAttended(entry);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      reply.rewind(mark);
      this.fail(entry, error, reply);
    }
    this.count(entry);
  }

  /** Runs a command again that waited, if its client still may; false where it has to go on waiting. */
  private rerun(waiter: Waiter, reply: ReplyWriter): boolean {
    const { call } = this;
    const { client, entry, args } = waiter;
    this.prepare(client, args, reply, entry);
    call.name = entry.name;
    if (this.services.workGate.postpones(call, waiter)) return false;
    call.rerunning = true;
    call.stillWaiting = false;
    const fromMs = this.monotonicMs();
    try {
      const { authenticated, permissions } = client.session;
      this.admit(entry, authenticated);
      if (permissions !== undefined) this.authorize(client, permissions, entry);
      this.runAttended(entry);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      reply.rewind(0);
      this.fail(entry, error, reply);
    } finally {
      call.rerunning = false;
    }
    if (call.stillWaiting) return false;
    const usec = (this.monotonicMs() - fromMs) * 1000;
    if (usec >= this.slowLog.slowerThanUsec) this.noteSlow(entry, usec);
    return true;
  }

  /** Ends a command whose work was done in slices. */
  private finish({ call: own, client, entry, pace }: SlicedRun, finish: Finish): void {
    const { call, changes, services } = this;
    const { reply } = own;
    this.beginTurn();
    this.prepare(client, own.args, reply, entry);
    call.name = entry.name;
    call.rerunning = true;
    try {
      // What was changed in place has been done by now: a refusal would hide it.
      if (pace.isAtWork !== true) this.admit(entry, true);
      this.runAttended(entry, finish);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      reply.rewind(0);
      this.fail(entry, error, reply);
    } finally {
      call.rerunning = false;
    }
    if (services.store.isStretched) services.store.unstretch();
    if (changes.pending) changes.settle();
  }

  /** References are written only where they change: a comparison costs less than the write. */
  private prepare(
    client: ClientPort,
    args: RequestArgs,
    reply: ReplyWriter,
    entry: CommandEntry | undefined,
  ): void {
    const { call } = this;
    if (call.client !== client) {
      call.client = client;
      call.session = client.session;
    }
    if (call.args !== args) call.args = args;
    if (call.buf !== args.buf) call.buf = args.buf;
    call.argc = args.argc;
    if (call.reply !== reply) call.reply = reply;
    call.deferred = false;
    if (call.sliced !== undefined) call.sliced = undefined;
    if (call.entry !== entry) call.entry = entry;
  }

  /** The command that may be run, `entry` or a subcommand of it. Throws CommandError where there is none. */
  private resolve(entry: CommandEntry | undefined, args: RequestArgs): CommandEntry {
    const { buf, offsets, lengths, argc } = args;
    if (entry === undefined) {
      const isHttp = this.call.is(0, 'post') || this.call.is(0, 'host:');
      throw isHttp && !this.call.session.denyBlocking
        ? httpRequest
        : new CommandError(unknownCommand(this.call));
    }
    if (entry.arity > 0 ? argc !== entry.arity : argc < -entry.arity) {
      entry.rejected += 1;
      throw new CommandError(wrongArguments(entry.name));
    }
    const { subcommands } = entry;
    if (subcommands === undefined || argc < 2) return entry;
    const sub = subcommands.find(buf, offsets[1]!, lengths[1]!);
    if (sub === undefined) {
      throw new CommandError(unknownSubcommand(this.call.excerpt(1, quotedArgumentsBytesMax), entry.name));
    }
    this.call.entry = sub;
    if (sub.arity > 0 ? argc !== sub.arity : argc < -sub.arity) {
      sub.rejected += 1;
      throw new CommandError(wrongArguments(sub.name));
    }
    return sub;
  }

  /** Ends a connection that speaks HTTP. */
  private abandon(session: Session): void {
    session.closing = true;
    const { store, log } = this.services;
    if (store.nowMs - this.httpLoggedMs < httpLogEveryMs) return;
    this.httpLoggedMs = store.nowMs;
    log.warn(
      'possible attack: a client sends HTTP (POST or Host:) to the Redis port; its connection is closed',
      {
        id: session.id,
        address: session.address,
      },
    );
  }

  private admit(entry: CommandEntry, authenticated: boolean): void {
    if (!authenticated && !entry.needsNoAuth) {
      entry.rejected += 1;
      throw new CommandError(noAuth);
    }
    if (!entry.isWrite) return;
    const refusal = this.services.writeRefusal();
    if (refusal === undefined) return;
    entry.rejected += 1;
    throw new CommandError(refusal);
  }

  /** Only for users who may not do everything. */
  private authorize(client: ClientPort, permissions: User, entry: CommandEntry): void {
    const { call, services } = this;
    const denial = permissions.check(entry, call.args);
    if (denial === undefined) return;
    entry.rejected += 1;
    const object = denial.reason === 'command' ? entry.name : call.excerpt(denial.index, deniedBytesMax);
    logDenial(services, client, denial.reason, object, client.session.user, call.inTransaction);
    throw new CommandError(noPermission(denial.reason, client.session.user, entry.name));
  }

  /** Takes back the reply of a client that wants none. */
  private quieten(session: Session, reply: ReplyWriter, mark: number): void {
    const { mode } = session;
    const isSilent = (mode & (SessionMode.silent | SessionMode.silentOnce)) !== 0;
    if (isSilent && this.admitted?.spec.repliesByPush !== true) reply.rewind(mark);
    const isNext = (mode & SessionMode.silentNext) !== 0;
    session.mode =
      (mode & ~(SessionMode.silentOnce | SessionMode.silentNext)) | (isNext ? SessionMode.silentOnce : 0);
  }

  /** `entry`: the command that ran; undefined where it was rejected before. */
  private fail(entry: CommandEntry | undefined, error: CommandError, reply: ReplyWriter): void {
    const message = entry === undefined ? this.refused(error.message) : error.message;
    if (entry !== undefined) entry.failed += 1;
    const { errors } = this.services.stats;
    const code = message.slice(0, Math.max(0, message.indexOf(' '))) || 'ERR';
    errors.set(code, (errors.get(code) ?? 0) + 1);
    reply.error(message);
  }

  /** What a client is told whose request was refused; a transaction that it was to be part of has failed. */
  private refused(message: string): string {
    const { entry, session } = this.call;
    if (entry?.spec.onRefused !== undefined) return entry.spec.onRefused(this.call, message);
    if (session.transaction !== undefined) session.transaction.failed = true;
    return message;
  }

  /**
   * Counts a run of a command. Reading the clock costs as much as a lookup in a small table, so runs of the same
   * command whose cost does not grow that follow one another are timed together, unless someone asks for short times.
   */
  private count(entry: CommandEntry): void {
    entry.calls += 1;
    if (this.timed !== entry) this.timed = entry;
    this.untimed += 1;
    const isDear = this.call.argc > entry.constantArgc;
    if (isDear || this.untimed === timedTogetherMax || this.timesEach) this.readClock();
  }

  /** One reading of the clock: the end of one run is the start of the next. */
  private readClock(): void {
    const { timed, untimed } = this;
    const nowMs = this.monotonicMs();
    const usec = (nowMs - this.lastMs) * 1000;
    this.lastMs = nowMs;
    this.untimed = 0;
    this.timesEach = Math.min(this.slowLog.slowerThanUsec, this.latency.thresholdUsec) < timedAloneUsec;
    if (timed === undefined) return;
    timed.usec += usec;
    timed.noteTime(usec / untimed, untimed);
    // What waits is noted when it is served.
    if (this.call.deferred && timed.spec.flags.includes('blocking')) return;
    if (usec >= this.slowLog.slowerThanUsec || usec >= this.latency.thresholdUsec) this.noteSlow(timed, usec);
  }

  /** What a command has taken before its first slice is part of its time, and not of the next command's. */
  private beginSliced(run: SlicedRun): void {
    const nowMs = this.monotonicMs();
    run.usec += (nowMs - this.lastMs) * 1000;
    this.lastMs = nowMs;
  }

  /** Counts a command that was done in slices, with the time of all of them. */
  private countSliced({ call, entry, usec }: SlicedRun): void {
    entry.calls += 1;
    entry.usec += usec;
    entry.noteTime(usec, 1);
    this.noteSlow(entry, usec, call);
  }

  private noteSlow(entry: CommandEntry, usec: number, { session, args }: Call = this.call): void {
    const { nowMs } = this.services.store;
    if (usec >= this.slowLog.slowerThanUsec) this.slowLog.add(session, entry, args, usec, nowMs);
    this.latency.note(entry.isFast ? 'fast-command' : 'command', usec, nowMs);
  }
}

/** Whether a command puts one string, or has one element at most. */
function changesOneThing({ entry, argc }: Call): boolean {
  return entry?.spec.group === 'string' || argc <= 4;
}

/** Redis's answer to a name that is none, with the arguments up to about 128 bytes. */
function unknownCommand(call: Call): string {
  const name = call.excerpt(0, quotedArgumentsBytesMax);
  let quoted = '';
  for (let i = 1; i < call.argc && quoted.length < quotedArgumentsBytesMax; i++) {
    quoted += `'${call.excerpt(i, quotedArgumentsBytesMax - quoted.length)}' `;
  }
  return `ERR unknown command '${name}', with args beginning with: ${quoted}`;
}
