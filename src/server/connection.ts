// One client: feeds its socket's chunks to the decoder, has the requests executed in order, and sends the replies
// that the turn releases. It owns no buffer and no timer while nothing waits. A client that does not read is not
// served: past a limit of unsent replies no further request runs and nothing more is read, until it has caught up.
//
//   running -> blocked   a command deferred its reply; fed bytes wait in the decoder
//           -> stalled   unsent replies passed the limit
//           -> yielding  it was served long enough in this turn: the others are next
//           -> ending    no further request; the socket ends once the last reply is out
import type { Socket } from 'node:net';
import type { Log } from '../base/log.ts';
import { type ClientPort, ExecuteResult, type Executor } from '../commands/executor.ts';
import { type Protocol, type Session, SessionMode } from '../commands/session.ts';
import type { ReplyWriter } from '../resp/reply-writer.ts';
import { emptyBuffer, type RequestBatch, releaseBatch } from '../resp/request-args.ts';
import { DecodeResult, RequestDecoder, type RequestLimits } from '../resp/request-decoder.ts';
import type { Ending, Endings } from './endings.ts';
import { OutputQueue } from './output-queue.ts';
import { readInto } from './read-into.ts';
import type { RegionOwner, Turn } from './turn.ts';
import { type ShortWrites, WriteAtOnce } from './write-at-once.ts';

/** Limits of what a connection may let wait; they may change while the server runs. */
export interface ConnectionLimits {
  /** Unsent reply bytes past which no further request of the connection runs. */
  outputPauseBytes: number;
  /** Unsent reply bytes past which the connection is dropped, and the longest reply; here and below 0 is no limit. */
  outputBytesMax: number;
  /** Unsent bytes past which it is dropped once they have been so many for so long. */
  outputSoftBytes: number;
  outputSoftMs: number;
  /** The same three for clients that have subscribed to something. */
  pubsubBytesMax: number;
  pubsubSoftBytes: number;
  pubsubSoftMs: number;
  /** What may wait in all connections together, bytes: those with most are dropped beyond it. */
  clientsBytesMax: () => number;
  /** A connection that takes no byte of waiting output for so long is dropped; 0: never. */
  drainTimeoutMs: number;
  /** A connection that asks nothing for so long is closed; 0: never. */
  idleTimeoutMs: number;
  /** Request bytes that may wait behind a deferred reply before reading pauses. */
  inputPauseBytes: number;
}

/** What all connections of a listener share. */
export interface ConnectionContext {
  readonly turn: Turn;
  readonly endings: Endings;
  /** Where all of them read their chunks. */
  readonly readBuffer: Buffer;
  readonly shortWrites: ShortWrites;
  readonly executor: Executor;
  readonly batch: RequestBatch;
  readonly requestLimits: RequestLimits;
  readonly limits: ConnectionLimits;
  readonly counters: TrafficCounters;
  readonly log: Log;
  /** It asks nothing more and is told nothing more, though what it was answered may still be on its way. */
  left(connection: Connection): void;
  /** Its socket is closed. It has left by then. */
  closed(connection: Connection): void;
}

export interface TrafficCounters {
  connectionsTotal: number;
  rejected: number;
  /** Dropped for what waited in all connections together. */
  evicted: number;
  bytesIn: number;
  bytesOut: number;
}

/** Replies of one chunk are sent in regions of about this size. */
const regionBytes = 64 * 1024;
/** What goes to the socket in one write while the client is slow. */
const sliceBytes = 256 * 1024;
/** Slices written one after another before the event loop gets a turn. */
const slicesPerTurn = 16;
/** How long one connection is served in a turn of the event loop while others may wait. */
const servedMsMax = 1;
/** So many arguments of one request are read before others have their turn: to read them takes as long. */
const argumentsPerTurn = 4096;
/** How long an ended socket may wait for the client's own end. */
const lingerMs = 2000;

export class Connection implements ClientPort, RegionOwner, Ending {
  readonly session: Session;
  /** Where its bytes come from, which is not the socket that was accepted. */
  readonly socket: Socket;
  heldRegions = 0;
  heldBytes = 0;
  gone = false;
  running = false;
  /** Undefined where bytes have to go through the socket's stream. */
  private readonly atOnce: WriteAtOnce | undefined;
  private readonly context: ConnectionContext;
  private readonly decoder: RequestDecoder;
  private output: OutputQueue | undefined = undefined;
  /** A write has not left yet, and `written` will be called when it has. */
  private writing = false;
  private written: (() => void) | undefined = undefined;
  private stalled = false;
  private yielding = false;
  /** For how long it was served in the turn of this number. */
  private servedMs = 0;
  private servedTurn = 0;
  /** The arguments that had come of a long request when others had their turn last. */
  private readArguments = 0;
  private paused = false;
  private inputEnded = false;
  ending = false;
  private left = false;
  private ended = false;
  private sentBytes = 0;
  /** The sweep's last look: bytes that had left by then, and since when nothing has. */
  private leftBytes = 0;
  private stuckSinceMs = 0;
  /** Since when more than the soft limit has waited, as the sweep saw it. */
  private softSinceMs = 0;

  /** Puts a socket of its own in the place of the accepted one. */
  constructor(accepted: Socket, session: Session, context: ConnectionContext) {
    this.session = session;
    this.context = context;
    this.decoder = new RequestDecoder(context.requestLimits, session.authenticated);
    this.socket = readInto(accepted, context.readBuffer, (chunk, length) => this.receive(chunk, length));
    const { socket } = this;
    this.atOnce = WriteAtOnce.of(socket, context.shortWrites);
    socket.on('end', () => this.inputEnd());
    socket.on('error', (error) =>
      context.log.debug('connection error', { id: session.id, error: error.message }),
    );
    socket.on('close', () => this.closed());
  }

  get protocol(): Protocol {
    return this.session.protocol;
  }

  get inputBytes(): number {
    return this.decoder.bufferedBytes;
  }

  get outputBytes(): number {
    return this.heldBytes + this.unsentBytes;
  }

  get hasLeft(): boolean {
    return this.inputEnded;
  }

  /** Everything is sent and the socket only waits for the client's own end. */
  get hasEnded(): boolean {
    return this.ended;
  }

  defer(): { resume(write: (reply: ReplyWriter) => void): void; readonly gone: boolean } {
    return new DeferredReply(this);
  }

  /** Writes the reply of the request that was deferred; requests that wait behind it go on in a later turn. */
  resume(write: (reply: ReplyWriter) => void): void {
    const { session } = this;
    session.blocked = false;
    session.awaitsOthers = false;
    this.context.turn.late(this, write);
    // A request that had been held may have asked for the end.
    if (session.closing && !this.running) this.end();
  }

  push(bytes: Buffer): void {
    if (this.gone || this.ending) return;
    const isBeyond = this.isBeyond(this.outputBytes + bytes.length);
    if (isBeyond || !this.context.turn.push(this, bytes)) this.drop('output buffer limit reached');
  }

  close(reason: string): void {
    if (this.ending) return;
    this.context.log.debug('connection closing', { id: this.session.id, reason });
    const { session } = this;
    session.closing = true;
    // A reply that is being worked on comes first: `resume` ends it then.
    const isOwed = session.blocked && !session.awaitsOthers;
    if (!this.running && !isOwed) this.end();
  }

  kill(reason: string, by: ClientPort | undefined): void {
    this.context.log.debug('connection killed', { id: this.session.id, reason });
    this.session.closing = true;
    // Its own request need not run in its own turn: it may have been held.
    if (this.running || by === this) return;
    this.leave();
    this.destroy();
  }

  /** Drops the connection with whatever waits in it. */
  destroy(): void {
    this.gone = true;
    this.socket.destroy();
  }

  send(buf: Buffer, start: number, end: number): boolean {
    const length = end - start;
    if (length === 0) return true;
    this.sentBytes += length;
    this.context.counters.bytesOut += length;
    if (this.output === undefined && length <= sliceBytes) {
      const sent = this.writeAtOnce(buf, start, length);
      if (sent < length) this.socket.write(buf.subarray(start + sent, end));
      if (this.socket.writableLength === 0 && this.atOnce?.isWaiting !== true) return true;
      this.output = new OutputQueue();
      this.awaitWritten();
      return false;
    }
    this.output ??= new OutputQueue();
    const free = this.output.push(buf, start, end);
    if (!this.writing) this.pump();
    // The client may take at once what is too much to wait, and be slow to take one long reply of what was removed for
    // it.
    if (this.isBeyond(this.unsentBytes - length)) this.drop('output buffer limit reached');
    return free || this.output === undefined;
  }

  delivered(): void {
    if (this.ending) this.endOutput();
    else this.proceed();
  }

  /** Once in a while: drops what makes no progress. */
  sweep(nowMs: number): void {
    const { limits } = this.context;
    if (this.ended) {
      if (this.stuckSinceMs === 0) this.stuckSinceMs = nowMs;
      else if (nowMs - this.stuckSinceMs > lingerMs) this.destroy();
      return;
    }
    if (this.paused && this.session.awaitsOthers) this.listenOn();
    if (this.isLongBeyond(nowMs)) {
      this.drop('soft output buffer limit reached for too long');
      return;
    }
    const unsent = this.unsentBytes;
    const left = this.sentBytes - unsent;
    if (unsent === 0 || left !== this.leftBytes || this.stuckSinceMs === 0) {
      this.leftBytes = left;
      this.stuckSinceMs = unsent === 0 ? 0 : nowMs;
    } else if (limits.drainTimeoutMs > 0 && nowMs - this.stuckSinceMs >= limits.drainTimeoutMs) {
      this.drop('client does not read');
      return;
    }
    const idle = unsent === 0 && this.heldRegions === 0 && !this.isListening;
    if (idle && limits.idleTimeoutMs > 0 && nowMs - this.session.lastActiveMs > limits.idleTimeoutMs) {
      this.close('idle');
    }
  }

  /** It need not ask for anything: it waits for a reply, for messages, or to be shown commands. */
  private get isListening(): boolean {
    const { blocked, subscriptions, mode } = this.session;
    return blocked || subscriptions !== undefined || (mode & SessionMode.monitor) !== 0;
  }

  /**
   * Reads a chunk more of what waits behind a wait that may be for ever, to come to its end where the client has left.
   */
  private listenOn(): void {
    if (this.decoder.bufferedBytes > this.context.requestLimits.requestBytesMax)
      this.drop('too much input waits');
    else this.unpause();
  }

  private isBeyond(bytes: number): boolean {
    const { limits } = this.context;
    const max = this.session.subscriptions === undefined ? limits.outputBytesMax : limits.pubsubBytesMax;
    return max > 0 && bytes > max;
  }

  private isLongBeyond(nowMs: number): boolean {
    const { limits } = this.context;
    const isNormal = this.session.subscriptions === undefined;
    const softBytes = isNormal ? limits.outputSoftBytes : limits.pubsubSoftBytes;
    if (softBytes === 0 || this.outputBytes <= softBytes) {
      this.softSinceMs = 0;
      return false;
    }
    if (this.softSinceMs === 0) this.softSinceMs = nowMs;
    return nowMs - this.softSinceMs > (isNormal ? limits.outputSoftMs : limits.pubsubSoftMs);
  }

  private get unsentBytes(): number {
    return this.socket.writableLength + (this.output?.bytes ?? 0);
  }

  /** Bytes that left past the stream: none where some wait in it or the socket is no plain open one. */
  private writeAtOnce(buf: Buffer, start: number, length: number): number {
    const { socket, atOnce } = this;
    if (atOnce === undefined || socket.destroyed || socket.writableLength > 0) return 0;
    return atOnce.write(buf, start, length);
  }

  private receive(chunk: Buffer, length: number): void {
    this.context.counters.bytesIn += length;
    if (this.ending) return;
    this.decoder.feed(chunk, length);
    if (!this.session.blocked && !this.stalled && !this.yielding) {
      this.run();
      this.context.turn.relieve();
    } else if (this.hasMuchInput) this.pause();
    this.decoder.keep();
  }

  /** Executes what the decoder has, as far as the client may go. */
  private run(): void {
    const { context, session, decoder } = this;
    const { turn, batch, executor } = context;
    this.running = true;
    turn.open();
    session.lastActiveMs = turn.nowMs;
    if (this.servedTurn !== turn.number) {
      this.servedTurn = turn.number;
      this.servedMs = 0;
    }
    const fromMs = executor.rest() - this.servedMs;
    for (;;) {
      decoder.authenticated = session.authenticated;
      const decoded = decoder.nextBatch(batch);
      if (decoded !== DecodeResult.request) {
        if (decoded === DecodeResult.error) this.refuse(turn.reply);
        else this.yieldWithin(decoder.argumentsSoFar);
        break;
      }
      const done = this.execute(batch);
      this.servedMs = executor.rest() - fromMs;
      decoder.unread(batch, done);
      if (session.blocked || session.closing || this.gone) break;
      if (this.outputBytes > context.limits.outputPauseBytes) break;
      if (this.servedMs > servedMsMax) {
        this.yielding = true;
        break;
      }
    }
    turn.finish(this);
    this.running = false;
    releaseBatch(batch);
    this.afterRun();
  }

  /** Executes requests of a batch until one stops the client; returns how many. */
  private execute(batch: RequestBatch): number {
    const { context, session } = this;
    const { turn, executor } = context;
    const { reply } = turn;
    const { requests, count } = batch;
    executor.expect(requests, count, session);
    let done = 0;
    while (done < count) {
      reply.protocol = session.protocol;
      const from = reply.pos - reply.start;
      const result = executor.execute(this, requests[done++]!, reply);
      if (result === ExecuteResult.write) turn.mark(from);
      if (session.blocked || session.closing) break;
      if (reply.pos - reply.start >= regionBytes) {
        turn.finish(this);
        turn.open();
        if (this.gone || this.outputBytes > context.limits.outputPauseBytes) break;
      }
    }
    return done;
  }

  private afterRun(): void {
    const { session, decoder } = this;
    if (this.gone) return;
    if (session.closing) {
      this.end();
      return;
    }
    this.stalled = this.outputBytes > this.context.limits.outputPauseBytes;
    if (this.yielding) this.goOnLater();
    if (this.stalled || this.yielding) this.pause();
    if (this.stalled || this.yielding || session.blocked) {
      decoder.hold();
      this.listen();
    } else if (this.inputEnded) this.end();
    else this.unpause();
  }

  /** It has to wait: not to read meanwhile would be not to notice that its client leaves. */
  private listen(): void {
    if (this.inputEnded) this.endNow();
    else if (!this.stalled && !this.yielding && !this.hasMuchInput) this.unpause();
  }

  private get hasMuchInput(): boolean {
    return this.decoder.bufferedBytes > this.context.limits.inputPauseBytes;
  }

  private refuse(reply: ReplyWriter): void {
    const { log } = this.context;
    log.info('protocol error', {
      id: this.session.id,
      address: this.session.address,
      error: this.decoder.error,
    });
    reply.protocol = this.session.protocol;
    reply.error(this.decoder.error);
    this.session.closing = true;
  }

  /** Of a request so many arguments have come, and more are on their way. */
  private yieldWithin(count: number): void {
    if (count < this.readArguments) this.readArguments = 0;
    if (count - this.readArguments < argumentsPerTurn) return;
    this.readArguments = count;
    this.yielding = true;
  }

  /** A function of its own: a closure in `afterRun` would cost each run a context, whether it yields or not. */
  private goOnLater(): void {
    setImmediate(() => {
      this.yielding = false;
      this.proceed();
    });
  }

  /** Goes on with requests that waited, if nothing holds them any more. */
  private proceed(): void {
    if (this.gone || this.ending || this.running || this.yielding || this.session.blocked) return;
    if (this.stalled && this.outputBytes > this.context.limits.outputPauseBytes / 2) return;
    if (this.stalled || this.inputEnded || this.decoder.bufferedBytes > 0) {
      this.stalled = false;
      this.run();
    } else {
      this.unpause();
    }
  }

  private pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.socket.pause();
  }

  private unpause(): void {
    if (!this.paused) return;
    this.paused = false;
    this.socket.resume();
  }

  /** The write before has not left: `written` will run when it has. */
  private awaitWritten(): void {
    this.writing = true;
    this.written ??= () => {
      this.writing = false;
      if (this.atOnce !== undefined) this.atOnce.isWaiting = false;
      if (!this.gone) this.pump();
    };
    this.socket.write(emptyBuffer, this.written);
  }

  private pump(): void {
    const { output, socket } = this;
    if (output === undefined) return;
    for (let i = 0; i < slicesPerTurn; i++) {
      const slice = output.shift(sliceBytes);
      if (slice === undefined) {
        this.output = undefined;
        if (this.ending) this.endOutput();
        else if (this.stalled) setImmediate(() => this.proceed());
        return;
      }
      socket.write(slice);
      if (socket.writableLength > 0) {
        this.awaitWritten();
        return;
      }
    }
    this.writing = true;
    setImmediate(() => {
      this.writing = false;
      if (!this.gone) this.pump();
    });
  }

  private inputEnd(): void {
    this.inputEnded = true;
    this.context.endings.end(this);
  }

  /**
   * The client sends no more. What it has sent is still served, but for what waits for others: that may be for ever.
   */
  endNow(): void {
    if (this.gone || this.ending) return;
    const { session } = this;
    if (session.awaitsOthers) this.close('its client has left');
    else if (!session.blocked && !this.stalled && !this.yielding) this.end();
  }

  /** No further requests; the socket ends behind the last reply. */
  private end(): void {
    this.ending = true;
    this.leave();
    this.endOutput();
  }

  private endOutput(): void {
    if (this.ended || this.gone || this.heldRegions > 0 || this.output !== undefined) return;
    this.ended = true;
    this.stuckSinceMs = 0;
    this.socket.end();
    this.unpause();
  }

  drop(reason: string): void {
    const { id, address } = this.session;
    this.context.log.warn('connection dropped', { id, address, reason, outputBytes: this.outputBytes });
    this.output = undefined;
    this.destroy();
  }

  private closed(): void {
    this.gone = true;
    this.output = undefined;
    this.leave();
    this.context.closed(this);
  }

  /** The client takes as long as it likes to close its side: nothing is kept for it, or counts it, until then. */
  private leave(): void {
    if (this.left) return;
    this.left = true;
    this.decoder.clear();
    this.context.left(this);
  }
}

/** The reply that a command owes; given once, or never where the client has gone. */
class DeferredReply {
  private readonly connection: Connection;
  private given = false;

  constructor(connection: Connection) {
    this.connection = connection;
    connection.session.blocked = true;
    connection.session.awaitsOthers = false;
  }

  get gone(): boolean {
    return this.connection.gone || this.connection.ending;
  }

  resume(write: (reply: ReplyWriter) => void): void {
    if (this.given || this.gone) return;
    this.given = true;
    this.connection.resume(write);
  }
}
