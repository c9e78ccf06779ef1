import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CloseCode } from '../../src/sync/close-codes.ts';
import { type Message, type Payload, protocolVersion } from '../../src/sync/envelope.ts';
import {
  backoffMs,
  type LinkEvent,
  type LinkPhase,
  type LinkState,
  linkPhases,
  linkTimesDefault,
  newLink,
  step,
  type Verdict,
} from '../../src/sync/link-machine.ts';

const ok: Verdict = { kind: 'ok' };
const greeting = {
  version: protocolVersion,
  node_id: 'a',
  origin: 'a/00000001',
  tag: 1,
  role: 'edge',
  mode: 'bidirectional',
  software: 't',
  journal: 'j',
  durable: true,
  window: 1,
  unpacks: undefined,
};
const hello: Payload<'hello'> = { ...greeting, hash: 0, peer: undefined };
const knowledge = { entry: null, tags: [], ends: [], cursor: null, vector: null, relies: '' };
const welcome: Payload<'welcome'> = { ...greeting, ...knowledge, seen: null, horizon: null };
const ready: Payload<'ready'> = { ...knowledge, seen: null, lacks: undefined };
const ack: Message = { type: 'ack', id: '1', timestamp: 0, payload: { received: 1, durable: undefined } };
const bye: Message = {
  type: 'goodbye',
  id: '1',
  timestamp: 0,
  payload: { reason: 'busy', retry_after: 7000 },
};

type Bare = LinkEvent extends infer E ? (E extends LinkEvent ? Omit<E, 'nowMs' | 'random'> : never) : never;
const events: readonly Bare[] = [
  { type: 'start' },
  { type: 'stop' },
  { type: 'kick' },
  { type: 'opened' },
  { type: 'failed', error: 'refused', longest: false, retryAfterMs: 0 },
  { type: 'hello', payload: hello, verdict: ok },
  { type: 'welcome', payload: welcome, verdict: ok },
  { type: 'ready', payload: ready, verdict: ok },
  { type: 'message', message: ack },
  { type: 'message', message: bye },
  { type: 'batch', frame: Buffer.alloc(0) },
  { type: 'malformed', id: undefined, reason: 'malformed', error: 'x' },
  { type: 'alive' },
  { type: 'tick' },
  { type: 'down', code: 1006, error: undefined },
  { type: 'replaced' },
  { type: 'restart', code: CloseCode.protocol, error: 'bad batch' },
];

function stateIn(phase: LinkPhase, side: 'dialer' | 'listener' = 'dialer'): LinkState {
  return { ...newLink(side, linkTimesDefault, 1000), phase, wanted: true, wakeMs: 11_000, sinceMs: 1000 };
}

function on(state: LinkState, event: Bare, nowMs = 2000, random = 0.5) {
  return step(state, { ...event, nowMs, random });
}

/** phase -> event -> next phase and effects, for a wanted dialer and in time. */
const expected: Record<LinkPhase, string> = {
  idle: 'connecting:dial idle connecting:dial idle idle idle idle idle idle idle idle idle idle idle idle idle idle',
  waiting:
    'waiting idle connecting:dial waiting waiting waiting waiting waiting waiting waiting waiting waiting waiting waiting waiting waiting waiting',
  connecting:
    'connecting idle:drop connecting await_welcome:hello waiting:drop connecting connecting connecting connecting connecting connecting connecting connecting connecting waiting:drop connecting connecting',
  await_hello:
    'await_hello closing:close await_hello await_hello await_hello await_ready:welcome closing:close closing:close closing:close closing closing:close closing:close await_hello await_hello waiting:drop closing:close closing:close',
  await_welcome:
    'await_welcome closing:close await_welcome await_welcome await_welcome closing:close live:ready,establish closing:close closing:close closing closing:close closing:close await_welcome await_welcome waiting:drop closing:close closing:close',
  await_ready:
    'await_ready closing:close await_ready await_ready await_ready closing:close closing:close live:establish closing:close closing closing:close closing:close await_ready await_ready waiting:drop closing:close closing:close',
  live: 'live closing:close live live live live:nack live:nack live:nack live:deliver closing live:join live:nack live live waiting:drop closing:close closing:close',
  closing:
    'closing closing closing closing closing closing closing closing closing closing closing closing closing closing waiting:drop closing closing',
  closed:
    'closed closed closed closed closed closed closed closed closed closed closed closed closed closed closed closed closed',
};

test('the transition table', () => {
  for (const phase of linkPhases) {
    const row = events.map((event) => {
      const { state, effects } = on(stateIn(phase), event);
      return effects.length === 0 ? state.phase : `${state.phase}:${effects.map((e) => e.do).join()}`;
    });
    assert.equal(row.join(' '), expected[phase], phase);
  }
});

test('a listener ends where a dialer waits', () => {
  for (const phase of ['await_hello', 'await_ready', 'live', 'closing'] as const) {
    const { state, effects } = on(stateIn(phase, 'listener'), { type: 'down', code: 1006, error: undefined });
    assert.equal(state.phase, 'closed');
    assert.deepEqual(effects, [{ do: 'drop' }]);
    assert.equal(state.wakeMs, 0);
  }
});

test('verdicts: fork, starting over and receding close and begin anew at once', () => {
  for (const [kind, effect] of [
    ['forked', 'fork'],
    ['start_over', 'start_over'],
    ['recede', 'recede'],
  ] as const) {
    const { state, effects } = on(stateIn('await_welcome'), {
      type: 'welcome',
      payload: welcome,
      verdict: { kind },
    });
    assert.deepEqual(
      effects.map((e) => e.do),
      [effect, 'close'],
    );
    const after = on(state, { type: 'down', code: CloseCode.anew, error: undefined }, 2010);
    assert.equal(after.state.phase, 'waiting');
    assert.equal(after.state.wakeMs, 2011);
  }
  const verdict: Verdict = { kind: 'refused', code: CloseCode.version, error: 'version 2', retryAfterMs: 0 };
  const refused = on(stateIn('await_hello', 'listener'), { type: 'hello', payload: hello, verdict });
  assert.deepEqual(refused.effects, [{ do: 'close', code: 4003, reason: 'version 2', retryAfterMs: 0 }]);
});

test('every awaiting phase has a limit, and ends at it', () => {
  for (const phase of ['connecting', 'await_hello', 'await_welcome', 'await_ready', 'closing'] as const) {
    assert.equal(on(stateIn(phase), { type: 'tick' }, 10_999).state.phase, phase);
    assert.notEqual(on(stateIn(phase), { type: 'tick' }, 11_000).state.phase, phase);
  }
});

test('a silent peer is pinged, then dropped after dead_peer_timeout', () => {
  const live = on(stateIn('await_ready'), { type: 'ready', payload: ready, verdict: ok }).state;
  assert.equal(live.wakeMs, 32_000);
  const pinged = on(live, { type: 'tick' }, 32_000);
  assert.deepEqual(pinged.effects, [{ do: 'ping' }]);
  const alive = on(pinged.state, { type: 'alive' }, 32_050).state;
  const again = on(alive, { type: 'tick' }, alive.wakeMs);
  assert.deepEqual(again.effects, [{ do: 'ping' }]);
  const dead = on(again.state, { type: 'tick' }, 32_050 + 60_000);
  assert.equal(dead.state.phase, 'waiting');
  assert.match(dead.state.lastError ?? '', /no sign of life for 60000 ms/);
});

test('backoff doubles up to its limit with full jitter, and goes on for ever by default', () => {
  let state = stateIn('connecting');
  const ceilings: number[] = [];
  for (let i = 0; i < 10; i++) {
    ceilings.push(backoffMs(state, 1, 'backoff'));
    assert.equal(backoffMs(state, 0, 'backoff'), 1);
    state = {
      ...on(state, { type: 'failed', error: 'x', longest: false, retryAfterMs: 0 }).state,
      phase: 'connecting',
    };
  }
  assert.deepEqual(ceilings, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
  const limited = { ...stateIn('connecting'), times: { ...linkTimesDefault, reconnectAttempts: 1 } };
  const over = on(limited, { type: 'failed', error: 'x', longest: false, retryAfterMs: 0 });
  assert.equal(over.state.phase, 'idle');
});

test('retry_after is honoured; only a link that lasted resets the backoff', () => {
  const told = on({ ...stateIn('live'), tries: 5 }, { type: 'message', message: bye }).state;
  const waiting = on(told, { type: 'down', code: CloseCode.busy, error: undefined }, 3000, 0).state;
  assert.equal(waiting.wakeMs, 10_000);
  assert.equal(waiting.isHeldOff, true);
  const brief = on(
    { ...stateIn('live'), tries: 5 },
    { type: 'down', code: 1006, error: undefined },
    5000,
  ).state;
  assert.equal(brief.tries, 6);
  assert.equal(brief.isHeldOff, false);
  const long = on(
    { ...stateIn('live'), tries: 5 },
    { type: 'down', code: 1006, error: undefined },
    50_000,
  ).state;
  assert.equal(long.tries, 1);
});

test('a link that begins anew is dialed at once, however long the outage before, but not for ever', () => {
  const times = { ...linkTimesDefault, reconnectAttempts: 12 };
  let state: LinkState = { ...stateIn('live'), times, tries: 10 };
  const anew = { type: 'down', code: CloseCode.anew, error: undefined } as const;
  for (let i = 1; i <= 3; i++) {
    state = on(state, anew, 2000, 0.5).state;
    assert.deepEqual([state.phase, state.wakeMs, state.tries], ['waiting', 2001, 10]);
    state = { ...state, phase: 'live' };
  }
  state = on(state, anew, 2000, 0.5).state;
  assert.deepEqual([state.wakeMs, state.tries], [32_000, 11]);
  const lasted = on({ ...state, phase: 'live', sinceMs: 2000 }, anew, 50_000, 0.5).state;
  assert.deepEqual([lasted.wakeMs, lasted.tries], [50_001, 0]);
});

test('whatever comes in whatever order: a wanted dialer is never stuck, and data only flows when live', () => {
  const index = fc.integer({ min: 0, max: events.length - 1 });
  fc.assert(
    fc.property(fc.array(fc.record({ index, waitMs: fc.nat(20_000) }), { maxLength: 60 }), (picks) => {
      let state = on(newLink('dialer', linkTimesDefault, 0), { type: 'start' }, 0).state;
      let nowMs = 0;
      for (const { index: i, waitMs } of picks) {
        nowMs += waitMs;
        const event = events[i]!;
        const before = state;
        const result = on(state, event, nowMs);
        state = result.state;
        const flows = result.effects.some((e) => e.do === 'join' || e.do === 'deliver');
        assert.ok(!flows || before.phase === 'live');
        if (state.wanted) assert.notEqual(state.phase, 'idle');
        if (state.phase !== 'idle') assert.ok(state.wakeMs > 0, state.phase);
      }
    }),
  );
});
