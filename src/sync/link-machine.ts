// The life of a link as a pure function: `step(state, event)` gives the next state and the effects to perform. Dialer
// and listener share it. Time and randomness come in with each event; sockets, data and verdicts about a peer's claims
// are the driver's. Its time is a steady clock's (`Timers.steadyMs`), which nobody sets. The table at the end has every
// cell of state and event, so the compiler asks for what is missing.
import { CloseCode, closeReason, type Pace, retryAfterCode } from './close-codes.ts';
import type { Message, Payload } from './envelope.ts';

export interface LinkTimes {
  readonly connectTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly deadPeerTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly reconnectInitialMs: number;
  readonly reconnectMaxMs: number;
  readonly reconnectMultiplier: number;
  /** 0 = for ever. */
  readonly reconnectAttempts: number;
  /** A link that was live for so long starts the backoff from its beginning. */
  readonly stableAfterMs: number;
}

/** Times in a row that a link which begins anew is dialed at once. */
const anewsMax = 3;

export const linkTimesDefault: LinkTimes = {
  connectTimeoutMs: 10_000,
  handshakeTimeoutMs: 10_000,
  heartbeatIntervalMs: 30_000,
  deadPeerTimeoutMs: 60_000,
  closeTimeoutMs: 2_000,
  reconnectInitialMs: 1_000,
  reconnectMaxMs: 60_000,
  reconnectMultiplier: 2,
  reconnectAttempts: 0,
  stableAfterMs: 30_000,
};

export const linkPhases = [
  'idle',
  'waiting',
  'connecting',
  'await_hello',
  'await_welcome',
  'await_ready',
  'live',
  'closing',
  'closed',
] as const;
export type LinkPhase = (typeof linkPhases)[number];

export interface LinkState {
  readonly times: LinkTimes;
  readonly side: 'dialer' | 'listener';
  readonly phase: LinkPhase;
  /** Whether a dialer goes on after this connection. */
  readonly wanted: boolean;
  /** Tries in a row that led to no lasting link. */
  readonly tries: number;
  /** Times in a row that the link was to begin anew, and was dialed again at once. */
  readonly anews: number;
  /** When this phase began. */
  readonly sinceMs: number;
  /** When `tick` is due; 0 = not at all. */
  readonly wakeMs: number;
  /** Last sign of life of the peer. */
  readonly aliveMs: number;
  /** What the peer asked to wait before the next try, ms. */
  readonly retryAfterMs: number;
  /** A dialer that waits does so because the peer is busy, and has said when it is to come back. */
  readonly isHeldOff: boolean;
  readonly lastError: string | undefined;
}

/** What the driver found of a peer's greeting. */
export type Verdict =
  | { readonly kind: 'ok' }
  /** This node has forked: the peer knows a past of it that it does not know itself. */
  | { readonly kind: 'forked' }
  /** This node is behind the peer's horizon. */
  | { readonly kind: 'start_over' }
  /** The peer, on whom this node relies, has lost something that it had. */
  | { readonly kind: 'recede' }
  | {
      readonly kind: 'refused';
      readonly code: CloseCode;
      readonly error: string;
      readonly retryAfterMs?: number;
    };

interface At {
  readonly nowMs: number;
  /** [0, 1) */
  readonly random: number;
}
export type LinkEvent = At &
  (
    | { readonly type: 'start' }
    | { readonly type: 'stop' }
    /** Try now instead of later. */
    | { readonly type: 'kick' }
    | { readonly type: 'opened' }
    | {
        readonly type: 'failed';
        readonly error: string;
        readonly longest: boolean;
        readonly retryAfterMs: number;
      }
    | { readonly type: 'hello'; readonly payload: Payload<'hello'>; readonly verdict: Verdict }
    | { readonly type: 'welcome'; readonly payload: Payload<'welcome'>; readonly verdict: Verdict }
    | { readonly type: 'ready'; readonly payload: Payload<'ready'>; readonly verdict: Verdict }
    | { readonly type: 'message'; readonly message: Message }
    | { readonly type: 'batch'; readonly frame: Buffer }
    | {
        readonly type: 'malformed';
        readonly id: string | undefined;
        readonly reason: string;
        readonly error: string;
      }
    | { readonly type: 'alive' }
    | { readonly type: 'tick' }
    | { readonly type: 'down'; readonly code: number; readonly error: string | undefined }
    | { readonly type: 'replaced' }
    /** The data told that the link must begin anew, or that the peer broke the protocol. */
    | { readonly type: 'restart'; readonly code: CloseCode; readonly error: string }
  );
export type LinkEventType = LinkEvent['type'];
type EventOf<T extends LinkEventType> = Extract<LinkEvent, { type: T }>;

export type LinkEffect =
  | { readonly do: 'dial' }
  | { readonly do: 'hello' }
  | { readonly do: 'welcome'; readonly to: Payload<'hello'> }
  | { readonly do: 'ready'; readonly to: Payload<'welcome'> }
  /** The link is live: data may flow. */
  | { readonly do: 'establish' }
  | { readonly do: 'fork' }
  | { readonly do: 'start_over' }
  | { readonly do: 'recede' }
  | { readonly do: 'deliver'; readonly message: Message }
  | { readonly do: 'join'; readonly frame: Buffer }
  | { readonly do: 'nack'; readonly id: string | undefined; readonly reason: string; readonly error: string }
  | { readonly do: 'ping' }
  /** Says goodbye and closes. */
  | { readonly do: 'close'; readonly code: CloseCode; readonly reason: string; readonly retryAfterMs: number }
  /** Drops the socket, if there is one, and everything that belongs to the connection. */
  | { readonly do: 'drop' };

export interface Step {
  readonly state: LinkState;
  readonly effects: readonly LinkEffect[];
}

/** The state that a link begins in. */
export function newLink(side: 'dialer' | 'listener', times: LinkTimes, nowMs: number): LinkState {
  const phase = side === 'dialer' ? 'idle' : 'await_hello';
  return {
    times,
    side,
    phase,
    wanted: false,
    tries: 0,
    anews: 0,
    sinceMs: nowMs,
    wakeMs: side === 'dialer' ? 0 : nowMs + times.handshakeTimeoutMs,
    aliveMs: nowMs,
    retryAfterMs: 0,
    isHeldOff: false,
    lastError: undefined,
  };
}

/** The next state and what is to be done. */
export function step(state: LinkState, event: LinkEvent): Step {
  const cell = table[state.phase][event.type] as (s: LinkState, e: LinkEvent) => Step;
  return cell(state, event);
}

function stay(state: LinkState, ...effects: LinkEffect[]): Step {
  return { state, effects };
}

function enter(s: LinkState, phase: LinkPhase, e: At, waitMs: number, ...effects: LinkEffect[]): Step {
  return {
    state: { ...s, phase, sinceMs: e.nowMs, wakeMs: waitMs === 0 ? 0 : e.nowMs + waitMs },
    effects,
  };
}

const ignore = (s: LinkState): Step => stay(s);

function dial(s: LinkState, e: At): Step {
  const fresh = { ...s, retryAfterMs: 0 };
  return enter(fresh, 'connecting', e, s.times.connectTimeoutMs, { do: 'dial' });
}

/** Whether the next try comes at once, and counts as none. */
function isAtOnce(s: LinkState, pace: Pace): boolean {
  return pace === 'now' && s.anews < anewsMax;
}

/**
 * The delay before the next try: full jitter, but never less than what the peer asked for. A link that begins anew has
 * met its peer, so the tries of an outage before do not count.
 */
export function backoffMs(s: LinkState, random: number, pace: Pace): number {
  const { reconnectInitialMs, reconnectMaxMs, reconnectMultiplier } = s.times;
  if (isAtOnce(s, pace)) return Math.max(1, s.retryAfterMs);
  const ceiling = Math.min(reconnectMaxMs, reconnectInitialMs * reconnectMultiplier ** Math.min(s.tries, 30));
  const delay = pace === 'longest' ? reconnectMaxMs * (0.5 + random / 2) : random * ceiling;
  return Math.max(1, Math.round(delay), s.retryAfterMs);
}

/** The connection is over: a listener ends, a dialer waits for its next try. */
function over(s: LinkState, e: At, error: string | undefined, pace: Pace): Step {
  const drop: LinkEffect = { do: 'drop' };
  const next = { ...s, lastError: error ?? s.lastError };
  if (s.side === 'listener') return enter(next, 'closed', e, 0, drop);
  if (!s.wanted) return enter({ ...next, tries: 0 }, 'idle', e, 0, drop);
  const waitMs = backoffMs(s, e.random, pace);
  const counted = isAtOnce(s, pace) ? { anews: s.anews + 1 } : { tries: s.tries + 1 };
  const tried = { ...next, ...counted, retryAfterMs: 0, isHeldOff: s.retryAfterMs > 0 };
  const { reconnectAttempts } = s.times;
  if (reconnectAttempts > 0 && tried.tries >= reconnectAttempts) {
    return enter({ ...tried, wanted: false }, 'idle', e, 0, drop);
  }
  return enter(tried, 'waiting', e, waitMs, drop);
}

/** A dialer that tries no more, for its tries are used up. */
export function hasGivenUp({ phase, tries, times }: LinkState): boolean {
  return phase === 'idle' && times.reconnectAttempts > 0 && tries >= times.reconnectAttempts;
}

function close(
  s: LinkState,
  e: At,
  code: CloseCode,
  reason: string,
  retryAfterMs: number,
  ...before: LinkEffect[]
): Step {
  const lasted = settled(s, e);
  const known = code === CloseCode.goingAway ? lasted : { ...lasted, lastError: reason };
  const effects: LinkEffect[] = [...before, { do: 'close', code, reason, retryAfterMs }];
  return enter(known, 'closing', e, s.times.closeTimeoutMs, ...effects);
}

/** A live link that lasted gives the backoff its beginning back. */
function settled(s: LinkState, e: At): LinkState {
  return s.phase === 'live' && e.nowMs - s.sinceMs >= s.times.stableAfterMs
    ? { ...s, tries: 0, anews: 0 }
    : s;
}

function stopLink(s: LinkState, e: At): Step {
  return close({ ...s, wanted: false }, e, CloseCode.goingAway, 'shutdown', 0);
}

function unexpected(s: LinkState, e: At): Step {
  return close(s, e, CloseCode.protocol, 'unexpected before the handshake is done', 0);
}

function handshakeMessage(s: LinkState, e: EventOf<'message'>): Step {
  if (e.message.type === 'goodbye') return goodbye(s, e, e.message.payload);
  return unexpected(s, e);
}

function goodbye(s: LinkState, e: At, payload: Payload<'goodbye'>): Step {
  const retryAfterMs = Math.min(payload.retry_after ?? 0, 3_600_000);
  const lastError = payload.reason === 'shutdown' ? closeReason(CloseCode.goingAway) : payload.reason;
  return enter({ ...settled(s, e), retryAfterMs, lastError }, 'closing', e, s.times.closeTimeoutMs);
}

function handshakeMalformed(s: LinkState, e: EventOf<'malformed'>): Step {
  if (e.reason === 'version') return close(s, e, CloseCode.version, e.error, 0);
  return close(s, e, CloseCode.protocol, `malformed handshake: ${e.error}`, 0);
}

function timedOut(what: string): (s: LinkState, e: EventOf<'tick'>) => Step {
  return (s, e) => {
    if (e.nowMs < s.wakeMs) return stay(s);
    return over(s, e, `${what} timed out after ${e.nowMs - s.sinceMs} ms`, 'backoff');
  };
}

function handshakeTick(s: LinkState, e: EventOf<'tick'>): Step {
  if (e.nowMs < s.wakeMs) return stay(s);
  return close(s, e, CloseCode.protocol, 'handshake timed out', 0);
}

function down(s: LinkState, e: EventOf<'down'>): Step {
  return over(s, e, e.error ?? closeReason(e.code), retryAfterCode(e.code));
}

function liveDown(s: LinkState, e: EventOf<'down'>): Step {
  return down(settled(s, e), e);
}

/** While closing, the reason is known already. */
function closingDown(s: LinkState, e: EventOf<'down'>): Step {
  return over(s, e, undefined, retryAfterCode(e.code));
}

function replaced(s: LinkState, e: At): Step {
  return close(s, e, CloseCode.replaced, closeReason(CloseCode.replaced), 0);
}

function restart(s: LinkState, e: EventOf<'restart'>): Step {
  return close(s, e, e.code, e.error, 0);
}

/** What a verdict that is not `ok` leads to; undefined where it is. */
function judged(s: LinkState, e: At, verdict: Verdict): Step | undefined {
  switch (verdict.kind) {
    case 'ok':
      return undefined;
    case 'forked':
      return close(s, e, CloseCode.anew, 'this node forked', 0, { do: 'fork' });
    case 'start_over':
      return close(s, e, CloseCode.anew, 'this node starts over', 0, { do: 'start_over' });
    case 'recede':
      return close(s, e, CloseCode.anew, 'this node recedes', 0, { do: 'recede' });
    case 'refused':
      return close(s, e, verdict.code, verdict.error, verdict.retryAfterMs ?? 0);
  }
}

function live(s: LinkState, e: At, ...effects: LinkEffect[]): Step {
  const next = { ...s, aliveMs: e.nowMs, lastError: undefined };
  return enter(next, 'live', e, s.times.heartbeatIntervalMs, ...effects, { do: 'establish' });
}

function onHello(s: LinkState, e: EventOf<'hello'>): Step {
  const refusal = judged(s, e, e.verdict);
  if (refusal !== undefined) return refusal;
  return enter(s, 'await_ready', e, s.times.handshakeTimeoutMs, { do: 'welcome', to: e.payload });
}

function onWelcome(s: LinkState, e: EventOf<'welcome'>): Step {
  return judged(s, e, e.verdict) ?? live(s, e, { do: 'ready', to: e.payload });
}

function onReady(s: LinkState, e: EventOf<'ready'>): Step {
  return judged(s, e, e.verdict) ?? live(s, e);
}

function liveMessage(s: LinkState, e: EventOf<'message'>): Step {
  const next = { ...s, aliveMs: e.nowMs };
  if (e.message.type === 'goodbye') return goodbye(next, e, e.message.payload);
  return stay(next, { do: 'deliver', message: e.message });
}

function liveTick(s: LinkState, e: EventOf<'tick'>): Step {
  const { deadPeerTimeoutMs, heartbeatIntervalMs } = s.times;
  if (e.nowMs - s.aliveMs >= deadPeerTimeoutMs) {
    return over(
      settled(s, { ...e, nowMs: s.aliveMs }),
      e,
      `no sign of life for ${e.nowMs - s.aliveMs} ms`,
      'backoff',
    );
  }
  if (e.nowMs < s.wakeMs) return stay(s);
  const deadMs = s.aliveMs + deadPeerTimeoutMs;
  const wakeMs = Math.min(e.nowMs + heartbeatIntervalMs, Math.max(deadMs, e.nowMs + 1));
  return stay({ ...s, wakeMs }, { do: 'ping' });
}

function lateGreeting(s: LinkState, e: { readonly type: LinkEventType }): Step {
  const error = `${e.type} after the handshake`;
  return stay(s, { do: 'nack', id: undefined, reason: 'unexpected', error });
}

type Row = { readonly [T in LinkEventType]: (s: LinkState, e: EventOf<T>) => Step };

/** Before there is a connection, nothing can come over one: leftovers of the last are ignored. */
const nothingArrives = {
  opened: ignore,
  failed: ignore,
  hello: ignore,
  welcome: ignore,
  ready: ignore,
  message: ignore,
  batch: ignore,
  malformed: ignore,
  alive: ignore,
  down: ignore,
  replaced: ignore,
  restart: ignore,
} as const;

/** What holds for every phase of the handshake; each phase says what greeting it awaits. */
const handshake = {
  start: (s: LinkState): Step => stay({ ...s, wanted: true }),
  stop: stopLink,
  kick: ignore,
  opened: ignore,
  failed: ignore,
  hello: unexpected,
  welcome: unexpected,
  ready: unexpected,
  message: handshakeMessage,
  batch: unexpected,
  malformed: handshakeMalformed,
  alive: (s: LinkState, e: At): Step => stay({ ...s, aliveMs: e.nowMs }),
  tick: handshakeTick,
  down,
  replaced,
  restart,
} as const;

const table: { readonly [P in LinkPhase]: Row } = {
  idle: {
    ...nothingArrives,
    start: (s, e) => dial({ ...s, wanted: true, tries: 0, anews: 0 }, e),
    stop: (s) => stay({ ...s, wanted: false }),
    kick: (s, e) => dial({ ...s, wanted: true, tries: 0, anews: 0 }, e),
    tick: ignore,
  },
  waiting: {
    ...nothingArrives,
    start: ignore,
    stop: (s, e) => enter({ ...s, wanted: false }, 'idle', e, 0),
    kick: dial,
    tick: (s, e) => (e.nowMs < s.wakeMs ? stay(s) : dial(s, e)),
  },
  connecting: {
    ...nothingArrives,
    start: (s) => stay({ ...s, wanted: true }),
    stop: (s, e) => over({ ...s, wanted: false }, e, undefined, 'backoff'),
    kick: ignore,
    opened: (s, e) => enter(s, 'await_welcome', e, s.times.handshakeTimeoutMs, { do: 'hello' }),
    failed: (s, e) =>
      over({ ...s, retryAfterMs: e.retryAfterMs }, e, e.error, e.longest ? 'longest' : 'backoff'),
    tick: timedOut('connecting'),
    down,
  },
  await_hello: { ...handshake, hello: onHello },
  await_welcome: { ...handshake, welcome: onWelcome },
  await_ready: { ...handshake, ready: onReady },
  live: {
    start: (s) => stay({ ...s, wanted: true }),
    stop: stopLink,
    kick: ignore,
    opened: ignore,
    failed: ignore,
    hello: lateGreeting,
    welcome: lateGreeting,
    ready: lateGreeting,
    message: liveMessage,
    batch: (s, e) => stay({ ...s, aliveMs: e.nowMs }, { do: 'join', frame: e.frame }),
    malformed: (s, e) =>
      stay({ ...s, aliveMs: e.nowMs }, { do: 'nack', id: e.id, reason: e.reason, error: e.error }),
    alive: (s, e) => stay({ ...s, aliveMs: e.nowMs }),
    tick: liveTick,
    down: liveDown,
    replaced,
    restart,
  },
  closing: {
    ...nothingArrives,
    start: (s) => stay({ ...s, wanted: true }),
    stop: (s) => stay({ ...s, wanted: false }),
    kick: ignore,
    message: (s, e) => {
      if (e.message.type !== 'goodbye') return stay(s);
      return stay({ ...s, retryAfterMs: Math.min(e.message.payload.retry_after ?? 0, 3_600_000) });
    },
    tick: (s, e) => (e.nowMs < s.wakeMs ? stay(s) : over(s, e, undefined, 'backoff')),
    down: closingDown,
  },
  closed: { ...nothingArrives, start: ignore, stop: ignore, kick: ignore, tick: ignore },
};
