import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originName, originsMax } from '../../src/delta/origins.ts';
import { peerNotesMax } from '../../src/store/ledger.ts';
import { Link } from '../../src/sync/link.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { newDisk } from '../sim/sim-log.ts';
import { SimNet } from '../sim/sim-net.ts';
import { SimNode } from '../sim/sim-node.ts';

/** A hub and one edge over a simulated connection; the edge is yet to be started. */
class Pair {
  readonly scheduler = new Scheduler(11, Date.UTC(2026, 10, 1));
  readonly net = new SimNet(this.scheduler);
  readonly hub = new SimNode({ nodeId: 'hub', role: 'hub' }, this.scheduler, newDisk('jh'));
  readonly edge: SimNode;

  constructor() {
    this.hub.start();
    const accept = () => this.hub.engine.hub;
    const dial = this.net.dialer('a', () => (connection) => accept().accept(connection, 'a', 'a'));
    this.edge = new SimNode({ nodeId: 'a', role: 'edge', dial }, this.scheduler, newDisk('ja'));
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

test('a node that goes on under another origin leaves nothing but its entry behind', async () => {
  const pair = new Pair();
  const { hub, edge } = pair;
  edge.start();
  await pair.pass(120_000);
  const before = edge.engine.identity.originName;
  assert.ok(hub.ledger.notes.has(`tags:${before}`));
  edge.engine.identity.renew();
  edge.log.commit(() => {});
  pair.net.cut('a');
  pair.net.heal('a');
  await pair.pass(120_000);
  const notes = [...hub.ledger.notes.keys()].filter((name) => name.startsWith('tags:'));
  assert.deepEqual(notes, [`tags:${edge.engine.identity.originName}`]);
  assert.notEqual(edge.engine.identity.originName, before);
});
