// Commands that add several elements at the limit of memory: either all are added, or the reply is -OOM and nothing has
// changed and nothing was recorded. Memory is full of small values, of which some go now and then, so that it is
// patchy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../sim/scheduler.ts';
import { CommandNode } from './harness.ts';
import { ReplyError } from './parse-reply.ts';

const sizes = { HSET: 'HLEN', SADD: 'SCARD', ZADD: 'ZCARD', RPUSH: 'LLEN', LPUSH: 'LLEN' } as const;
const names = Object.keys(sizes) as (keyof typeof sizes)[];

function elementsOf(name: string, count: number, length: number, random: () => number): string[] {
  return Array.from({ length: count }, () => {
    const member = String(Math.floor(random() * 1e9)).padEnd(length, 'm');
    if (name === 'HSET') return [member, 'v'.repeat(length)];
    return name === 'ZADD' ? [String(Math.floor(random() * 100)), member] : [member];
  }).flat();
}

for (const keepsDead of [false, true]) {
  test(`all of several elements are added or none (${keepsDead ? 'with' : 'without'} peers)`, () => {
    const random = seededRandom(keepsDead ? 5 : 6);
    const counts = { added: 0, refused: 0 };
    for (let round = 0; round < 3; round++) {
      const node = new CommandNode({ memoryBytes: 1024 * 1024 });
      if (keepsDead) node.store.keepDead();
      const fill = 'x'.repeat(16 + Math.floor(random() * 200));
      let filled = 0;
      while (node.call('SET', `fill${filled}`, fill) === 'OK') filled += 1;
      for (let i = 0; i < 50; i++) {
        const frees = Math.floor(random() * (random() < 0.2 ? 600 : 60));
        for (let n = 0; n < frees; n++) node.call('DEL', `fill${Math.floor(random() * filled)}`);
        for (let n = 0; n < 200 && node.store.compactSlice(); n++);
        tryOne(node, random, counts);
      }
    }
    assert.ok(counts.added > 0 && counts.refused > 0, JSON.stringify(counts));
  });
}

function tryOne(node: CommandNode, random: () => number, counts: { added: number; refused: number }): void {
  const name = names[Math.floor(random() * names.length)]!;
  const key = `${name}${Math.floor(random() * 3)}`;
  const count = 2 + Math.floor(random() * (random() < 0.3 ? 300 : 20));
  const length = 1 + Math.floor(random() * (random() < 0.3 ? 300 : 20));
  const elements = elementsOf(name, count, length, random);
  const before = node.call(sizes[name], key);
  node.advance(0);
  const reply = node.call(name, key, ...elements);
  if (typeof reply === 'number') {
    counts.added += 1;
    return;
  }
  counts.refused += 1;
  assert.ok(reply instanceof ReplyError && reply.message.startsWith('OOM'), name);
  assert.equal(node.store.recorder?.count, 0, `${name} of ${count}`);
  assert.equal(node.call(sizes[name], key), before, `${name} of ${count}`);
}
