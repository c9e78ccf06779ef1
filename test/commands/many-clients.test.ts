// Many clients at once on one node to which everything is large, so that what one does stands between two slices of
// what others do: nothing may escape dispatch, and in the end nobody may be left waiting.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeRequest, type Target } from '../fuzz/grammar.ts';
import { Random } from '../fuzz/random.ts';
import { allKeys } from '../fuzz/values.ts';
import { runs } from '../runs.ts';
import { wanted } from '../siege/sessions.ts';
import { CommandNode } from './harness.ts';
import { tinySlices } from './in-slices.ts';

const clientsMax = 6;
const steps = 600;
const waitMs = 2000;
/** They wait for other nodes, or change what this node may do. */
const others = new Set('wait waitaof edge.sync edge acl save bgsave bgrewriteaof quit'.split(' '));
const targets = wanted(undefined).filter(({ words }) => !others.has(words[0]!));

const fillings: readonly (readonly string[])[] = [
  ['RPUSH', 'l1'],
  ['SADD', 't1'],
  ['ZADD', 'z1'],
  ['HSET', 'h1'],
  ['XADD', 'x1', '5-*'],
  ['GEOADD', 'geo1'],
];

function filling(random: Random): string[] {
  const words = random.pick(fillings);
  const [name] = words;
  const numbers = Array.from({ length: 40 }, (_, n) => n);
  if (name === 'GEOADD') return [...words, ...numbers.flatMap((n) => [String(n), String(n), `m${n}`])];
  if (name === 'RPUSH' || name === 'SADD') return [...words, ...numbers.map(String)];
  return [...words, ...numbers.flatMap((n) => [String(n), `m${n}`])];
}

function request(random: Random, some: readonly Target[]): readonly string[] {
  if (random.chance(0.06)) return filling(random);
  if (random.chance(0.04)) return ['RENAME', random.pick(allKeys), random.pick(allKeys)];
  if (random.chance(0.06)) return random.pick([['MULTI'], ['EXEC'], ['CLIENT', 'PAUSE', '3', 'WRITE']]);
  return makeRequest(random, random.pick(random.chance(0.6) ? some : targets));
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function play(seed: number): Promise<void> {
  const random = new Random(seed);
  const node = new CommandNode({ memoryBytes: 4 * 1024 * 1024, sliceSizes: tinySlices });
  const { rig } = node;
  const clients = Array.from({ length: clientsMax }, () => rig.connect());
  const some = Array.from({ length: 8 }, () => random.pick(targets));
  for (let step = 0; step < steps; step++) {
    const at = random.below(clientsMax);
    const client = clients[at]!;
    if (client.session.closing || random.chance(0.01)) {
      client.close();
      rig.dispatch.disconnected(client);
      clients[at] = rig.connect();
    } else if (!client.session.blocked) client.send(...request(random, some));
    if (random.chance(0.4)) rig.timers.endTurn();
    if (random.chance(0.05)) rig.advance(1 + random.below(4));
    if (random.chance(0.1)) await turn();
  }
  for (let ms = 0; ms < waitMs; ms += 10) {
    rig.advance(10);
    await turn();
  }
  const waiting = clients.filter(({ session, closed }) => session.blocked && !closed);
  assert.deepEqual(
    waiting.map(({ session }) => session.lastCommand),
    [],
    'clients wait for ever',
  );
  assert.ok(!rig.store.atWork.isAny);
  assert.equal(rig.store.dotsAhead, undefined);
}

test('whatever many clients do between the slices of each other, each has its reply', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(), play), { numRuns: runs(120) });
});
