import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originName, originsMax } from '../../src/delta/origins.ts';
import { KeyNames } from '../../src/store/keys-at-work.ts';
import { peerNotesMax } from '../../src/store/ledger.ts';
import { Envelopes, type MessageType, type Payload, protocolVersion } from '../../src/sync/envelope.ts';
import { Link } from '../../src/sync/link.ts';
import { broughtMax } from '../../src/sync/origin-allowance.ts';
import type { Connection } from '../../src/sync/transport.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { newDisk } from '../sim/sim-log.ts';
import { SimNet } from '../sim/sim-net.ts';
import { SimNode, type SimNodeOptions } from '../sim/sim-node.ts';

/** A hub and one edge over a simulated connection; the edge is yet to be started. */
class Pair {
  readonly scheduler = new Scheduler(11, Date.UTC(2026, 10, 1));
  readonly net = new SimNet(this.scheduler);
  readonly hub = new SimNode({ nodeId: 'hub', role: 'hub' }, this.scheduler, newDisk('jh'));
  readonly edge: SimNode;

  constructor(options: Partial<SimNodeOptions> = {}) {
    this.hub.start();
    const accept = () => this.hub.engine.hub;
    const dial = this.net.dialer('a', () => (connection) => accept().accept(connection, 'a', 'a'));
    this.edge = new SimNode({ nodeId: 'a', role: 'edge', dial, ...options }, this.scheduler, newDisk('ja'));
  }

  async pass(ms: number): Promise<void> {
    await this.scheduler.runUntil(this.scheduler.nowMs + ms);
  }
}

test('a hub that remembers as many peers as it can meets another all the same', async () => {
  assert.equal(typeof Link, 'function');
  const pair = new Pair();
  const { hub, edge } = pair;
  for (let i = 0; i < peerNotesMax; i++) hub.ledger.setNote(`cursor:gone-${i}`, 'j,1,1');
  hub.log.commit(() => {});
  edge.start();
  edge.set('k', 'v');
  await pair.pass(120_000);
  assert.equal(hub.get('k'), 'v@0');
  assert.equal(hub.ledger.notes.has('cursor:a'), true);
});

test('who does not remember all peers any more lets go of nothing that one of them may lack', async () => {
  const pair = new Pair();
  const { hub } = pair;
  const stamp = hub.store.clock.last();
  assert.equal(hub.engine.mayForget(hub.store.self, stamp), true);
  for (let i = 0; i <= peerNotesMax; i++) hub.ledger.setNote(`cursor:gone-${i}`, 'j,1,1');
  for (let i = 0; i <= peerNotesMax; i++) hub.ledger.setNote(`tags:gone/${i}`, '1');
  hub.log.commit(() => {});
  const cursors = [...hub.ledger.notes.keys()].filter((name) => name.startsWith('cursor:'));
  assert.equal(cursors.length, 0);
  for (const restarts of [false, true]) {
    if (restarts) {
      hub.crash(false);
      hub.start();
    }
    assert.equal(hub.engine.mayForget(hub.store.self, stamp), false);
    assert.match(hub.engine.evictable(), /^nothing: .* more peers/);
  }
});

test('when all peers whose cursors were lost have come back, what they have may go again', async () => {
  const pair = new Pair();
  const { hub, edge } = pair;
  edge.start();
  edge.set('k', 'v');
  await pair.pass(5000);
  assert.equal(hub.ledger.notes.has('cursor:a'), true);
  edge.crash(false);
  await pair.pass(5000);
  for (let i = 0; hub.ledger.notes.has('cursor:a'); i++) hub.ledger.setNote(`tags:gone/${i}`, '1');
  hub.log.commit(() => {});
  const mayForget = (): boolean => hub.engine.mayForget(hub.store.self, hub.store.clock.last());
  assert.equal(mayForget(), false);
  hub.crash(false);
  hub.start();
  assert.match(hub.engine.evictable(), /^nothing: .* more peers/);
  edge.start();
  edge.set('k', 'w');
  hub.set('h', 'x');
  await pair.pass(60_000);
  assert.equal(hub.ledger.notes.has('cursor:a'), true);
  assert.match(hub.engine.evictable(), /^strings that all peers have/);
  // The edge has all that the hub wrote, but relies on it: it does not keep it for the hub.
  assert.equal(mayForget(), false);
  assert.equal(edge.get('h'), 'x@0');
});

test('a hub that can tell no more origins apart says that it is busy, and goes on', async () => {
  const pair = new Pair();
  const { hub, edge } = pair;
  for (let i = hub.store.origins.count; i < originsMax; i++) hub.store.origins.intern(originName('gone', i));
  edge.start();
  edge.set('k', 'v');
  await pair.pass(120_000);
  assert.match(edge.engine.status().lastError, /busy|more than 65535 origins/);
  assert.equal(hub.send(0, 'PING'), '+PONG\r\n');
  assert.equal(hub.get('k'), undefined);
});

test('a peer that sends more than it was let is broken off with, and what it has comes all the same', async () => {
  const pair = new Pair();
  const { hub, edge } = pair;
  edge.start();
  await pair.pass(5000);
  const facts = edge.engine.keeper?.link.peer?.facts;
  assert.equal(facts?.windowBytes, 8192);
  Object.assign(facts, { windowBytes: 2 ** 24 });
  let [ended, inFlightMost] = [0, 0];
  hub.store.atWork.begin(new KeyNames(), true, () => {});
  for (let i = 0; i < 100; i++) {
    edge.set(`k${i}`, 'v'.repeat(1000));
    await pair.pass(10);
    const { lastError, bytesInFlight } = edge.engine.status();
    inFlightMost = Math.max(inFlightMost, bytesInFlight);
    if (/more than the window/.test(lastError)) ended = i;
  }
  assert.ok(ended > 0);
  assert.ok(inFlightMost > 8192);
  assert.ok(hub.engine.status().figures.malformedFrames > 0);
  hub.store.atWork.end();
  await pair.pass(120_000);
  assert.equal(hub.get('k99'), `${'v'.repeat(1000)}@0`);
  assert.equal(edge.engine.status().bytesInFlight, 0);
});

test('however many keys are needed at once, no more are asked for at a time than may be', async () => {
  const pair = new Pair({ evicts: true, limits: { wantsMax: 3 } });
  const { hub, edge } = pair;
  edge.start();
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
  for (const key of keys) edge.set(key, 'v');
  await pair.pass(20_000);
  for (let i = 0; i < 30; i++) edge.evict();
  const gone = keys.filter((key) => edge.get(key) === undefined);
  assert.ok(gone.length > 10);
  pair.net.cut('a');
  pair.net.heal('a');
  await pair.pass(120_000);
  const link = hub.engine.hub.liveWith('a');
  let [open, openMost] = [0, 0];
  const { sender } = link!;
  const answer = sender!.answer.bind(sender);
  sender!.answer = (want, db, key) => {
    open += 1;
    openMost = Math.max(openMost, open);
    hub.scheduler.after(10, () => {
      open -= 1;
      answer(want, db, key);
    });
  };
  const replies: string[] = [];
  for (const key of gone) edge.ask(0, ['GET', key], (reply) => replies.push(reply));
  await pair.pass(20_000);
  assert.deepEqual(new Set(replies), new Set(['$1\r\nv\r\n']));
  assert.equal(replies.length, gone.length);
  assert.equal(openMost, 3);
});

/** A peer that says what it likes, in the name of node `a`. */
class Mouth {
  private readonly envelopes = new Envelopes();
  private connection: Connection | undefined;

  constructor(pair: Pair) {
    const dial = pair.net.dialer('m', () => (connection) => pair.hub.engine.hub.accept(connection, 'a', 'a'));
    const ignore = (): void => {};
    dial((connection) => {
      this.connection = connection;
      return { text: ignore, binary: ignore, alive: ignore, drained: ignore, closed: ignore };
    }, ignore);
  }

  say<T extends MessageType>(type: T, payload: Payload<T>): void {
    this.connection?.sendText(this.envelopes.make(type, payload, 0).text);
  }
}

const greeting = {
  version: protocolVersion,
  node_id: 'a',
  origin: originName('a', 1),
  tag: 1,
  role: 'edge',
  mode: 'bidirectional',
  software: 'test',
  journal: 'j',
  durable: false,
  window: 8192,
  unpacks: '',
} as const;
const nothing = { entry: null, seen: null, tags: [], ends: [], cursor: null, relies: '' };

function strangersOf(count: number): [string, number, number][] {
  return Array.from({ length: count }, (_, i) => [originName('s', i), 1, 1]);
}

test('the origin that a peer has itself is one of those that it may bring', async () => {
  for (const [count, isLive] of [
    [broughtMax - 1, true],
    [broughtMax, false],
  ] as const) {
    const pair = new Pair();
    const mouth = new Mouth(pair);
    await pair.pass(2000);
    mouth.say('hello', { ...greeting, hash: 0, peer: undefined });
    mouth.say('ready', { ...nothing, vector: strangersOf(count), lacks: undefined });
    await pair.pass(2000);
    assert.equal(pair.hub.engine.hub.liveWith('a') !== undefined, isLive);
  }
});

test('a greeting that is not awaited leaves no trace', async () => {
  const strangers = strangersOf(50);
  const pair = new Pair();
  const { hub } = pair;
  const { origins } = hub.store;
  const { count } = origins;
  const early = new Mouth(pair);
  await pair.pass(2000);
  early.say('ready', { ...nothing, vector: strangers, lacks: undefined });
  await pair.pass(2000);
  assert.equal(origins.count, count);
  const mouth = new Mouth(pair);
  await pair.pass(2000);
  mouth.say('hello', { ...greeting, hash: 0, peer: undefined });
  mouth.say('ready', { ...nothing, vector: [], lacks: undefined });
  await pair.pass(2000);
  assert.equal(hub.engine.hub.liveWith('a')?.isLive, true);
  assert.equal(origins.count, count + 1);
  const b = originName('b', 1);
  mouth.say('welcome', {
    ...greeting,
    ...nothing,
    node_id: 'b',
    origin: b,
    tag: 777,
    vector: strangers,
    horizon: null,
  });
  mouth.say('request', { op: 'drain' });
  await pair.pass(2000);
  assert.equal(hub.engine.hub.liveWith('a')?.isLive, true);
  assert.equal(origins.count, count + 1);
  assert.equal(hub.ledger.notes.has(`tags:${b}`), false);
});
