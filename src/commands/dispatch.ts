// Runs requests: finds the command, checks what must hold before it may run, runs it, and turns a client's mistake into
// its error reply. This is the only place that catches CommandError, and it knows no command by name.
import { CommandError } from '../base/errors.ts';
import { noAuth, noPermission, unknownSubcommand, wrongArguments } from '../resp/errors.ts';
import type { ReplyWriter } from '../resp/reply-writer.ts';
import { logDenial } from './acl/log-denial.ts';
import type { User } from './acl/user.ts';
import { keepsWaiting, type Waiter } from './blocked-clients.ts';
import { Call } from './call.ts';
import type { CommandEntry } from './command-table.ts';
import { type ClientPort, ExecuteResult, type Executor, type RequestArgs } from './executor.ts';
import { forgetClient } from './interplay.ts';
import type { KeyChanges } from './key-changes.ts';
import type { Services } from './services.ts';

const quotedArgumentsBytesMax = 128;

export interface DispatchOptions {
  readonly services: Services;
  /** Unix ms. */
  readonly nowMs: () => number;
  /** A monotonic time in ms, for the figures of commands. */
  readonly monotonicMs: () => number;
}

export class Dispatch implements Executor {
  private readonly services: Services;
  private readonly call: Call;
  private readonly changes: KeyChanges;
  private readonly nowMs: () => number;
  private readonly monotonicMs: () => number;
  private lastMs = 0;

  constructor(options: DispatchOptions) {
    this.services = options.services;
    this.call = new Call(options.services);
    this.changes = options.services.changes;
    options.services.blocked.rerun = (waiter, reply) => this.rerun(waiter, reply);
    this.nowMs = options.nowMs;
    this.monotonicMs = options.monotonicMs;
  }

  beginTurn(): void {
    const { store } = this.services;
    const nowMs = this.nowMs();
    store.nowMs = nowMs;
    store.clock.observe(nowMs);
    store.ground.access = Math.floor(nowMs / 1000) & 0xffffff;
    this.changes.beginTurn();
    this.lastMs = this.monotonicMs();
  }

  disconnected(client: ClientPort): void {
    forgetClient(this.services, client);
  }

  execute(client: ClientPort, args: RequestArgs, reply: ReplyWriter): ExecuteResult {
    const { call, services } = this;
    const { session } = client;
    this.prepare(client, args, reply);
    const recorder = services.store.recorder;
    const recordsBefore = recorder === undefined ? 0 : recorder.count;
    const mark = reply.mark();
    let admitted: CommandEntry | undefined;
    services.stats.commands += 1;
    try {
      const entry = this.resolve(args);
      call.name = entry.name;
      call.entry = entry;
      session.lastCommand = entry.name;
      session.lastActiveMs = services.store.nowMs;
      this.admit(entry, session.authenticated);
      if (session.permissions !== undefined) this.authorize(client, session.permissions, entry);
      admitted = entry;
      entry.run?.(call);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      reply.rewind(mark);
      this.fail(admitted, error, reply);
    }
    if (admitted !== undefined) this.time(admitted);
    const isDeferred = call.deferred;
    const wrote = recorder !== undefined && recorder.count !== recordsBefore;
    if (this.changes.pending) this.changes.settle();
    if (isDeferred) return ExecuteResult.deferred;
    return wrote ? ExecuteResult.write : ExecuteResult.read;
  }

  /** Runs a command again that waited; false where it has to go on waiting. */
  private rerun(waiter: Waiter, reply: ReplyWriter): boolean {
    const { call } = this;
    const { client, entry, args } = waiter;
    this.prepare(client, args, reply);
    call.name = entry.name;
    call.entry = entry;
    call.rerunning = true;
    call.stillWaiting = false;
    try {
      entry.run?.(call);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (keepsWaiting(error, waiter.options)) return false;
      reply.rewind(0);
      this.fail(entry, error, reply);
    } finally {
      call.rerunning = false;
    }
    return !call.stillWaiting;
  }

  private prepare(client: ClientPort, args: RequestArgs, reply: ReplyWriter): void {
    const { call } = this;
    call.client = client;
    call.session = client.session;
    call.args = args;
    call.buf = args.buf;
    call.argc = args.argc;
    call.reply = reply;
    call.deferred = false;
  }

  private resolve(args: RequestArgs): CommandEntry {
    const { buf, offsets, lengths, argc } = args;
    const entry = this.services.table.find(buf, offsets[0]!, lengths[0]!);
    if (entry === undefined) throw new CommandError(unknownCommand(args));
    if (entry.arity > 0 ? argc !== entry.arity : argc < -entry.arity) {
      entry.rejected += 1;
      throw new CommandError(wrongArguments(entry.name));
    }
    const { subcommands } = entry;
    if (subcommands === undefined || argc < 2) return entry;
    const sub = subcommands.find(buf, offsets[1]!, lengths[1]!);
    if (sub === undefined) {
      const name = buf.toString(
        'utf8',
        offsets[1]!,
        offsets[1]! + Math.min(lengths[1]!, quotedArgumentsBytesMax),
      );
      throw new CommandError(unknownSubcommand(name, entry.name));
    }
    if (sub.arity > 0 ? argc !== sub.arity : argc < -sub.arity) {
      sub.rejected += 1;
      throw new CommandError(wrongArguments(sub.name));
    }
    return sub;
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
    logDenial(
      services,
      client,
      denial.reason,
      denial.reason === 'command' ? entry.name : call.text(denial.index),
    );
    throw new CommandError(noPermission(denial.reason, entry.name));
  }

  /** `entry`: the command that ran; undefined where it was rejected before. */
  private fail(entry: CommandEntry | undefined, error: CommandError, reply: ReplyWriter): void {
    if (entry !== undefined) entry.failed += 1;
    const { errors } = this.services.stats;
    const code = error.message.slice(0, Math.max(0, error.message.indexOf(' '))) || 'ERR';
    errors.set(code, (errors.get(code) ?? 0) + 1);
    reply.error(error.message);
  }

  /** One reading of the clock a command: the end of one is the start of the next. */
  private time(entry: CommandEntry): void {
    const nowMs = this.monotonicMs();
    entry.calls += 1;
    entry.usec += (nowMs - this.lastMs) * 1000;
    this.lastMs = nowMs;
  }
}

/** Redis's answer to a name that is none, with the arguments up to about 128 bytes. */
function unknownCommand(args: RequestArgs): string {
  const { buf, offsets, lengths, argc } = args;
  const part = (i: number, max: number): string =>
    buf.toString('utf8', offsets[i]!, offsets[i]! + Math.min(lengths[i]!, max));
  let quoted = '';
  for (let i = 1; i < argc && quoted.length < quotedArgumentsBytesMax; i++) {
    quoted += `'${part(i, quotedArgumentsBytesMax - quoted.length)}' `;
  }
  return `ERR unknown command '${part(0, quotedArgumentsBytesMax)}', with args beginning with: ${quoted}`;
}
