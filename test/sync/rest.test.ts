import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rest } from '../../src/sync/rest.ts';

test('who waits for the rest is told once it is here, is asked for again after a failure, and may give up', () => {
  const told: string[] = [];
  const ends: ((error: string | undefined) => void)[] = [];
  const keeper = {
    isReachable: false,
    fetch: () => () => {},
    link: {
      request: (_op: string, done: (error: string | undefined) => void) => {
        ends.push(done);
      },
    },
  };
  const rest = new Rest(() => keeper);
  const cancels = ['a', 'b', 'c', 'd'].map((name) => rest.pass(() => told.push(name)));
  cancels[0]!();
  assert.equal(ends.length, 0);
  keeper.isReachable = true;
  rest.resume();
  cancels[1]!();
  ends.shift()!('the link went down');
  assert.deepEqual([told, ends.length], [[], 1]);
  cancels[2]!();
  rest.pass(() => told.push('later'));
  ends.shift()!(undefined);
  assert.deepEqual([told, ends.length], [['d'], 1]);
  ends.shift()!(undefined);
  assert.deepEqual([told, ends.length], [['d', 'later'], 0]);
});
