// Drives one link: feeds the machine with what happens, performs its effects, and owns what a live link has: peer,
// sender, receiver. Dialing and listening links differ by how they get their connection only. Where the time comes
// from and what a connection is, is injected.
import { FerriteError } from '../base/errors.ts';
import { keyspacesMax } from '../delta/kinds.ts';
import type { OriginNames } from '../delta/origins.ts';
import type { VersionVector } from '../delta/vector.ts';
import { CloseCode, closeCodeOf } from './close-codes.ts';
import {
  type Entry,
  Envelopes,
  type Message,
  type MessageType,
  nackOf,
  type Payload,
  parseMessage,
  unavailable,
} from './envelope.ts';
import {
  helloOf,
  judgeHello,
  judgeReady,
  judgeWelcome,
  knownStarts,
  type NodeParts,
  noteMet,
  peerOf,
  readyTo,
  startOver,
  welcomeTo,
} from './greeting.ts';
import {
  type LinkEffect,
  type LinkEvent,
  type LinkState,
  type LinkTimes,
  newLink,
  step,
  type Verdict,
} from './link-machine.ts';
import { notedPosition, notePosition, type Position } from './notes.ts';
import type { Peer } from './peer.ts';
import { type ReceiveFigures, Receiver } from './receiver.ts';
import type { Rest } from './rest.ts';
import { Sender, type SendFigures } from './sender.ts';
import type { Connection, ConnectionSink, Dial } from './transport.ts';

export interface LinkFigures extends SendFigures, ReceiveFigures {
  /** Control messages that were not understood. */
  malformed: number;
  /** Frames, batches and messages that broke the protocol, and with it the link. */
  malformedFrames: number;
  nacksSent: number;
  nacksReceived: number;
  connects: number;
}

export function newFigures(): LinkFigures {
  return {
    deltasSent: 0,
    bytesSent: 0,
    batchesSent: 0,
    scans: 0,
    deltasReceived: 0,
    deltasJoined: 0,
    deltasRejected: 0,
    bytesReceived: 0,
    batchesReceived: 0,
    wants: 0,
    wantsRefused: 0,
    deltasLeftOut: 0,
    malformed: 0,
    malformedFrames: 0,
    nacksSent: 0,
    nacksReceived: 0,
    connects: 0,
  };
}

/** After so long the same refusal is told again. */
const toldAgainMs = 1000;

export interface LinkParts {
  readonly node: NodeParts;
  readonly times: LinkTimes;
  readonly figures: LinkFigures;
  /** Sets the store's time before anything is joined. */
  readonly beginTurn: () => void;
  readonly mayPush: () => boolean;
  /** A dialer's way to a connection, and the address for people; undefined for a listener. */
  readonly dial?: Dial;
  readonly url?: string;
  /** Whether the clock of the peer is judged: not where the peer is this node's hub. */
  readonly judgesSkew: boolean;
  /** Whether the peer keeps for good what this node lets go of: its hub. */
  readonly isKeeper: boolean;
  /** See SenderParts. */
  readonly rest?: Rest;
  /** A listener: the node id that authenticated, if one was named. */
  readonly expectedNodeId?: string;
  /** A listener: refuses a peer for reasons of its own (replaced, too many). */
  readonly admit?: (nodeId: string) => Verdict;
  /** Where the peer is the keeper: whether it has lost, as it greets, what it had and this node may have let go of. */
  readonly hasLost?: (peer: Peer) => boolean;
  /** It has: this node is to recede to what the peer has now. */
  readonly onLost?: (peer: Peer) => void;
  /** A listener: the origins as far as that peer may add to them; by default it may as it likes. */
  readonly originsFor?: (nodeId: string) => OriginNames;
  /** A peer was met, and is what the link is about from now on. */
  readonly onPeer?: (peer: Peer) => void;
  readonly onState: (link: Link) => void;
  readonly onLive: (link: Link) => void;
  readonly onProgress: (link: Link) => void;
  /** This node must fork, given the starts of it that the peer knows. */
  readonly onForked: (link: Link, starts: readonly Entry[]) => void;
  /** This node has started over, to take a full copy from this peer. */
  readonly onStartedOver: (link: Link) => void;
  readonly onRefused: (link: Link, error: string) => void;
  /** What the peer sent finds no room, and pulling pauses; or it goes on. */
  readonly onStarved: (link: Link, isStarved: boolean) => void;
  /** What the peer has is too large for this node: all the rest is taken in. */
  readonly onTooLarge: (link: Link, error: string) => void;
  readonly onBug: (error: unknown) => void;
}

type EventInput = LinkEvent extends infer E
  ? E extends LinkEvent
    ? Omit<E, 'nowMs' | 'random'>
    : never
  : never;

export class Link {
  state: LinkState;
  peer: Peer | undefined;
  /** The peer of this connection or of the one before: what it had then. */
  lastPeer: Peer | undefined;
  sender: Sender | undefined;
  receiver: Receiver | undefined;
  /** The peer's node id, once it said so. */
  peerId = '';
  /** Why the peer has refused a batch, since somebody who waits for that set it to undefined. */
  refusal: string | undefined;
  private readonly parts: LinkParts;
  private readonly envelopes = new Envelopes();
  private connection: Connection | undefined;
  private cancelDial: (() => void) | undefined;
  private cancelTimer: (() => void) | undefined;
  private timerMs = 0;
  private endNews: (() => void) | undefined;
  private hello: Payload<'hello'> | undefined;
  private welcome: Payload<'welcome'> | undefined;
  private ready: Payload<'ready'> | undefined;
  /** What this node had when it said hello or welcome: a peer that had the same then says so by null. */
  private vectorThen: VersionVector | undefined;
  private hasMet = false;
  private lastNotedMs = Number.NEGATIVE_INFINITY;
  private told: { readonly error: string; readonly atMs: number } | undefined;
  private readonly requests = new Map<string, (error: string | undefined) => void>();
  private queue: EventInput[] = [];
  private stepping = false;

  constructor(side: 'dialer' | 'listener', parts: LinkParts) {
    this.parts = parts;
    this.state = newLink(side, parts.times, parts.node.timers.steadyMs());
    this.schedule();
  }

  get isLive(): boolean {
    return this.state.phase === 'live';
  }

  /** What is not taken in here, or not there, in words; undefined where all is. */
  get shortfall(): string | undefined {
    return this.receiver?.noRoom ?? this.receiver?.lacks ?? this.sender?.leftOut;
  }

  get figures(): LinkFigures {
    return this.parts.figures;
  }

  start(): void {
    this.feed({ type: 'start' });
  }

  stop(): void {
    this.feed({ type: 'stop' });
  }

  kick(): void {
    this.feed({ type: 'kick' });
  }

  replaced(): void {
    this.feed({ type: 'replaced' });
  }

  /** Ends the connection, to begin anew. */
  restart(code: CloseCode, error: string): void {
    this.feed({ type: 'restart', code, error });
  }

  /** Ends at once, without a word: as a crash would. */
  abandon(): void {
    this.drop();
    this.cancelTimer?.();
  }

  /** The sink of a connection that was opened or accepted. */
  attach(connection: Connection): ConnectionSink {
    this.connection = connection;
    const mine = (): boolean => this.connection === connection;
    return {
      text: (text) => {
        if (mine()) this.text(text);
      },
      binary: (frame) => {
        if (mine()) this.feed({ type: 'batch', frame });
      },
      alive: () => {
        if (mine()) this.feed({ type: 'alive' });
      },
      drained: () => {
        if (mine()) this.sender?.pump();
      },
      closed: (code, error) => {
        if (mine()) this.feed({ type: 'down', code, error });
      },
    };
  }

  /** Asks the peer; `done` gets the error, or undefined. */
  request(op: 'drain' | 'resync', done: (error: string | undefined) => void): void {
    if (!this.isLive) {
      done('the link is down');
      return;
    }
    const id = this.say('request', { op });
    this.requests.set(id, done);
  }

  private text(text: string): void {
    const message = parseMessage(text);
    if (message.type === undefined) {
      this.parts.figures.malformed += 1;
      if (message.isNack) return;
      const { id, reason, error } = message;
      this.feed({ type: 'malformed', id, reason, error });
      return;
    }
    switch (message.type) {
      case 'hello':
        this.feed({ type: 'hello', payload: message.payload, verdict: this.judgeHello(message.payload) });
        return;
      case 'welcome':
        this.feed({
          type: 'welcome',
          payload: message.payload,
          verdict: this.judgeWelcome(message.payload),
        });
        return;
      case 'ready':
        this.feed({ type: 'ready', payload: message.payload, verdict: this.judgeReady(message.payload) });
        return;
      default:
        this.feed({ type: 'message', message });
    }
  }

  /** A greeting that is not awaited says nothing: the machine refuses it whatever the verdict. */
  private judgeHello(hello: Payload<'hello'>): Verdict {
    const { node, expectedNodeId, admit } = this.parts;
    if (this.state.phase !== 'await_hello') return { kind: 'ok' };
    const verdict = judgeHello(node, hello, expectedNodeId, (nodeId) => this.originsOf(nodeId));
    return verdict.kind === 'ok' && admit !== undefined ? admit(hello.node_id) : verdict;
  }

  private judgeWelcome(welcome: Payload<'welcome'>): Verdict {
    if (this.state.phase !== 'await_welcome') return { kind: 'ok' };
    this.welcome = welcome;
    const verdict = judgeWelcome(this.parts.node, welcome);
    const isLost = verdict.kind === 'ok' && this.parts.hasLost?.(this.peerIn(welcome)) === true;
    return isLost ? { kind: 'recede' } : verdict;
  }

  private judgeReady(ready: Payload<'ready'>): Verdict {
    if (this.state.phase !== 'await_ready') return { kind: 'ok' };
    this.ready = ready;
    return judgeReady(this.parts.node, ready, this.origins);
  }

  private get origins(): OriginNames {
    return this.originsOf(this.peerId);
  }

  private originsOf(nodeId: string): OriginNames {
    return this.parts.originsFor?.(nodeId) ?? this.parts.node.store.origins;
  }

  private peerIn(welcome: Payload<'welcome'>): Peer {
    const { node } = this.parts;
    return peerOf(node, welcome, welcome, welcome.vector, this.vectorThen ?? node.ledger.vector);
  }

  /** Feeds the machine; effects may feed it again, in order. */
  private feed(event: EventInput): void {
    this.queue.push(event);
    if (this.stepping) return;
    this.stepping = true;
    try {
      for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) this.advance(next);
    } finally {
      this.stepping = false;
    }
  }

  private advance(event: EventInput): void {
    const { timers } = this.parts.node;
    const before = this.state.phase;
    const { state, effects } = step(this.state, {
      ...event,
      nowMs: timers.steadyMs(),
      random: timers.random(),
    });
    this.state = state;
    try {
      for (const effect of effects) this.perform(effect);
    } catch (error) {
      if (!(error instanceof FerriteError)) throw error;
      this.restartFor(error);
    }
    this.schedule();
    if (state.phase !== before) this.parts.onState(this);
  }

  private schedule(): void {
    const { wakeMs } = this.state;
    if (wakeMs === this.timerMs) return;
    this.timerMs = wakeMs;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (wakeMs === 0) return;
    const { timers } = this.parts.node;
    this.cancelTimer = timers.after(Math.max(0, wakeMs - timers.steadyMs()), () => {
      this.timerMs = 0;
      this.feed({ type: 'tick' });
    });
  }

  private perform(effect: LinkEffect): void {
    const { node, onForked, onStartedOver } = this.parts;
    switch (effect.do) {
      case 'dial':
        this.dial();
        return;
      case 'hello':
        this.vectorThen = node.ledger.vector.clone();
        this.say('hello', helloOf(node, this.parts.url ?? ''));
        return;
      case 'welcome':
        this.sayWelcome(effect.to);
        return;
      case 'ready':
        this.peerId = effect.to.node_id;
        this.say('ready', readyTo(node, effect.to));
        return;
      case 'establish':
        this.establish();
        return;
      case 'fork':
        node.store.atWork.hurry();
        onForked(this, knownStarts(this.welcome ?? this.ready ?? { tags: [], ends: [] }));
        return;
      case 'start_over':
        node.store.atWork.hurry();
        if (this.welcome !== undefined) startOver(node, this.welcome, this.vectorThen ?? node.ledger.vector);
        onStartedOver(this);
        return;
      case 'recede':
        node.store.atWork.hurry();
        if (this.welcome !== undefined) this.parts.onLost?.(this.peerIn(this.welcome));
        return;
      case 'deliver':
        this.deliver(effect.message);
        return;
      case 'join':
        this.join(effect.frame);
        return;
      case 'nack':
        this.nack(effect.id, effect.reason, effect.error);
        return;
      case 'ping':
        this.connection?.ping();
        return;
      case 'close':
        this.close(effect.code, effect.reason, effect.retryAfterMs);
        return;
      case 'drop':
        this.drop();
        return;
    }
  }

  private say<T extends MessageType>(type: T, payload: Payload<T>): string {
    const { id, text } = this.envelopes.make(type, payload, this.parts.node.timers.nowMs());
    this.connection?.sendText(text);
    return id;
  }

  private nack(id: string | undefined, reason: string, error: string): void {
    this.refuse(nackOf({ id, reason, error }));
  }

  private refuse(payload: Payload<'nack'>): void {
    this.parts.figures.nacksSent += 1;
    this.say('nack', payload);
  }

  /** What the peer did wrong, or this node has no room for, ends the link, and no more than that. */
  private restartFor(error: FerriteError): void {
    if (error.code === 'LINK_PROTOCOL') this.parts.figures.malformedFrames += 1;
    this.restart(closeCodeOf(error), error.message);
  }

  private dial(): void {
    let isOver = false;
    const { dial } = this.parts;
    const cancel = dial?.(
      (connection) => {
        isOver = true;
        this.cancelDial = undefined;
        const sink = this.attach(connection);
        this.feed({ type: 'opened' });
        return sink;
      },
      (failure) => {
        isOver = true;
        this.cancelDial = undefined;
        this.feed({ type: 'failed', ...failure });
      },
    );
    if (!isOver) this.cancelDial = cancel;
  }

  private sayWelcome(hello: Payload<'hello'>): void {
    const { node } = this.parts;
    this.hello = hello;
    this.peerId = hello.node_id;
    this.vectorThen = node.ledger.vector.clone();
    this.say('welcome', welcomeTo(node, hello));
  }

  private establish(): void {
    const { node, figures, beginTurn, judgesSkew, isKeeper, mayPush, onProgress, onBug, onLive } = this.parts;
    const isDialer = this.state.side === 'dialer';
    const greeting = isDialer ? this.welcome : this.hello;
    const knowledge = isDialer ? this.welcome : this.ready;
    if (greeting === undefined || knowledge === undefined) return;
    const lacks = this.ready?.lacks;
    const peerLacks = lacks === undefined ? undefined : node.store.origins.find(lacks);
    const then = this.vectorThen ?? node.ledger.vector;
    const peer = peerOf(node, greeting, knowledge, knowledge.vector, then);
    this.peer = peer;
    this.lastPeer = peer;
    this.parts.onPeer?.(peer);
    figures.connects += 1;
    this.receiver = new Receiver({
      ...node,
      peer,
      origins: this.origins,
      figures,
      beginTurn,
      judgesSkew,
      isKeeper,
      ack: (payload) => this.say('ack', payload),
      nack: (payload) => this.refuse(payload),
      want: (payload) => this.say('want', payload),
      onForked: () => this.restart(CloseCode.anew, 'the peer knows another past of this node'),
      onBroken: (error) => this.restartFor(error),
      onStarved: (isStarved) => this.parts.onStarved(this, isStarved),
      onTooLarge: (error) => this.parts.onTooLarge(this, error),
    });
    this.sender = new Sender(
      {
        ...node,
        peer,
        peerLacks,
        figures,
        rest: this.parts.rest,
        mayPush,
        send: (frame) => this.connection?.sendBinary(frame),
        nack: (payload) => this.refuse(payload),
        bufferedBytes: () => this.connection?.bufferedBytes ?? 0,
        onProgress: () => {
          this.noteAcknowledged(false);
          onProgress(this);
        },
        onError: onBug,
      },
      peerLacks === undefined ? this.tailPosition(knowledge) : undefined,
    );
    const endDurable = node.log.onDurable(() => {
      this.receiver?.tellDurable();
      this.sender?.sendAnswers();
    });
    const endRounds = node.rounds.join(() => this.sender?.pump());
    this.endNews = () => {
      endDurable();
      endRounds();
    };
    if (!isDialer) noteMet(node, greeting, undefined);
    // They hold a row for each origin, and there may be as many links.
    this.vectorThen = undefined;
    this.hello = undefined;
    this.ready = undefined;
    onLive(this);
    node.log.requestSync();
    this.receiver.tellDurable();
    this.sender.pump();
  }

  /** Where the tail may be read from, by the peer's cursor; undefined: a scan is needed. */
  private tailPosition(knowledge: Pick<Payload<'ready'>, 'cursor'>): Position | undefined {
    const { log, identity, limits } = this.parts.node;
    const { cursor } = knowledge;
    if (cursor === null || !identity.isSoundCursor(cursor)) return undefined;
    if (cursor.seq < log.oldestSeq || log.seq - cursor.seq > limits.offlineQueueSize) return undefined;
    if (cursor.seq >= log.newsSeq) return { seq: cursor.seq, ownSeq: log.ownSeq };
    const noted = notedPosition(this.parts.node, this.peerId);
    const behind = Math.max(0, noted.seq - cursor.seq);
    return { seq: cursor.seq, ownSeq: Math.max(0, Math.min(noted.ownSeq - behind, log.ownSeq)) };
  }

  /** At most once a second, but for the last time. */
  private noteAcknowledged(isLast: boolean): void {
    const { node } = this.parts;
    const durable = this.sender?.durable;
    const nowMs = node.timers.steadyMs();
    if (durable === undefined || (!isLast && nowMs - this.lastNotedMs < 1000)) return;
    if (durable.ownSeq <= notedPosition(node, this.peerId).ownSeq + (isLast ? 0 : 1)) return;
    this.lastNotedMs = nowMs;
    notePosition(node, this.peerId, durable);
  }

  /** The listener took this node's word, and did not find itself forked: its tag is one of its own. */
  private met(): void {
    if (this.hasMet || this.welcome === undefined) return;
    this.hasMet = true;
    noteMet(this.parts.node, this.welcome, this.parts.url ?? '');
  }

  private deliver(message: Message): void {
    const { sender } = this;
    this.met();
    switch (message.type) {
      case 'ack': {
        const { received, durable } = message.payload;
        if (received !== undefined) sender?.received(received);
        if (durable !== undefined) sender?.acknowledged(durable);
        return;
      }
      case 'nack': {
        const { batch, want, reason, error, retry_after: retryAfter, bytes } = message.payload;
        this.parts.figures.nacksReceived += 1;
        if (want !== undefined && reason === unavailable) {
          this.receiver?.wantRefused(want, error);
          return;
        }
        this.tellRefused(`${reason}: ${error}`);
        if (batch !== undefined) this.refusal = `${reason}: ${error}`;
        if (batch !== undefined && retryAfter !== undefined) sender?.refused(batch, retryAfter, bytes);
        return;
      }
      case 'want': {
        const { want, db, key } = message.payload;
        if (db >= keyspacesMax) this.nack(message.id, 'malformed', 'payload.db');
        else sender?.answer(want, db, Buffer.from(key, 'base64'));
        return;
      }
      case 'request':
        this.serve(message.id, message.payload.op);
        return;
      case 'reply': {
        const done = this.requests.get(message.payload.to);
        this.requests.delete(message.payload.to);
        done?.(message.payload.ok ? undefined : (message.payload.error ?? 'refused'));
        return;
      }
      default:
        this.nack(message.id, 'unexpected', `${message.type} after the handshake`);
    }
  }

  /** The same is told once in a while only: many answers can be refused for one reason. */
  private tellRefused(error: string): void {
    const nowMs = this.parts.node.timers.steadyMs();
    const { told } = this;
    if (told?.error === error && nowMs - told.atMs < toldAgainMs) return;
    this.told = { error, atMs: nowMs };
    this.parts.onRefused(this, error);
  }

  private serve(to: string, op: string): void {
    const { sender } = this;
    if (op === 'resync') sender?.resync();
    else if (op !== 'drain') {
      this.say('reply', { to, ok: false, error: `unknown op ${op.slice(0, 64)}` });
      return;
    }
    const waits = sender?.drain((error) => {
      if (this.sender === sender) this.say('reply', { to, ok: error === undefined, error });
    });
    if (waits === false) this.say('reply', { to, ok: false, error: 'too many requests' });
  }

  private join(frame: Buffer): void {
    this.met();
    this.receiver?.frame(frame);
  }

  private close(code: CloseCode, reason: string, retryAfterMs: number): void {
    this.noteAcknowledged(true);
    this.endData();
    const retryAfter = retryAfterMs > 0 ? retryAfterMs : undefined;
    this.say('goodbye', { reason, retry_after: retryAfter });
    this.connection?.close(code, reason.slice(0, 100));
  }

  private endData(): void {
    this.endNews?.();
    this.endNews = undefined;
    this.sender?.stop();
    this.receiver?.stop();
    this.sender = undefined;
    this.receiver = undefined;
    this.peer = undefined;
    const waiting = [...this.requests.values()];
    this.requests.clear();
    for (const done of waiting) done('the link went down');
  }

  private drop(): void {
    this.endData();
    this.cancelDial?.();
    this.cancelDial = undefined;
    const { connection } = this;
    this.connection = undefined;
    connection?.terminate();
    this.hello = undefined;
    this.welcome = undefined;
    this.ready = undefined;
    this.hasMet = false;
  }
}
