import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Endings } from '../../src/server/endings.ts';

test('few end at once, many in turns, each once and in their order', () => {
  const turns: (() => void)[] = [];
  const endings = new Endings((run) => turns.push(run));
  const ended: number[] = [];
  const end = (n: number): void => endings.end({ endNow: () => ended.push(n) });
  for (let n = 0; n < 10; n++) end(n);
  assert.equal(ended.length, 10);
  assert.equal(turns.length, 0);
  for (let n = 10; n < 1000; n++) end(n);
  const first = ended.length;
  assert.ok(first < 100);
  let turned = 0;
  for (let most = 0; turns.length > 0; turned += 1) {
    const before = ended.length;
    turns.shift()!();
    most = Math.max(most, ended.length - before);
    assert.ok(most <= first);
  }
  assert.ok(turned > 10);
  assert.deepEqual(
    ended,
    Array.from({ length: 1000 }, (_, n) => n),
  );
  end(1000);
  assert.equal(ended.at(-1), 1000, 'after many have ended a few end at once again');
});
