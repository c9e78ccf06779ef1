import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Argument, CommandNode } from './harness.ts';
import { errorOf, replayed, sliced, smallNode, whole } from './in-slices.ts';

const count = 2000;
const numbers = Array.from({ length: count }, (_, i) => i);
const removed = 1700;

interface Case {
  readonly put: (n: number) => Argument[];
  readonly verb: string;
  readonly name: (n: number) => string;
  readonly ask: Argument[];
}

const cases = {
  SREM: { verb: 'SADD', put: (n) => [`e${n}`], name: (n) => `e${n}`, ask: ['SORT', 'k', 'ALPHA'] },
  HDEL: { verb: 'HSET', put: (n) => [`e${n}`, n], name: (n) => `e${n}`, ask: ['HLEN', 'k'] },
  ZREM: { verb: 'ZADD', put: (n) => [n, `e${n}`], name: (n) => `e${n}`, ask: ['ZRANGE', 'k', 0, -1] },
  XDEL: {
    verb: 'XADD',
    put: (n) => [`${n + 1}-0`, 'f', n],
    name: (n) => `${n + 1}`,
    ask: ['XRANGE', 'k', '-', '+'],
  },
} satisfies Record<string, Case>;

function filled({ verb, put }: Case): CommandNode {
  const node = smallNode();
  if (verb !== 'XADD') node.call(verb, 'k', ...numbers.flatMap(put));
  else for (const n of numbers) node.call(verb, 'k', ...put(n));
  return node;
}

for (const [command, of] of Object.entries<Case>(cases)) {
  test(`${command} of very many takes them out in slices, as it does at once`, async () => {
    for (const from of [count - removed, 0]) {
      const words = [command, 'k', ...numbers.slice(from).map(of.name), 'missing', of.name(from)].filter(
        (word) => command !== 'XDEL' || word !== 'missing',
      );
      const other = filled(of);
      assert.equal(whole(other, words), count - from);
      const node = filled(of);
      const { rig } = node;
      rig.journal.commit(() => {});
      const at = rig.journal.seq;
      const seen: string[] = [];
      const asks = (): void => {
        const client = rig.connect();
        seen.push(client.send('EXISTS', 'k'));
        seen.push(rig.connect().send('PING'));
      };
      assert.equal(sliced(node, words, asks), count - from);
      assert.deepEqual(seen, ['', '+PONG\r\n'], 'who names the key waits');
      assert.deepEqual(whole(node, of.ask), whole(other, of.ask));
      assert.equal(node.run('EXISTS k'), other.run('EXISTS k'));
      if (command === 'XDEL') assert.deepEqual(node.run('XINFO STREAM k'), other.run('XINFO STREAM k'));
      const copy = await replayed(node, at);
      assert.equal(copy.runs, 1);
    }
  });
}

test('what is no id, or another type, is refused before anything is taken out', () => {
  const node = filled(cases.XDEL);
  const ids = numbers.slice(0, removed).map(cases.XDEL.name);
  assert.match(errorOf(sliced(node, ['XDEL', 'k', ...ids, 'x'])), /Invalid stream ID/);
  assert.match(node.bytes('SREM', 'k', ...ids).toString(), /WRONGTYPE/);
  assert.equal(node.run('XLEN k'), count);
  assert.equal(node.call('ZREM', 'none', ...ids), 0);
});
