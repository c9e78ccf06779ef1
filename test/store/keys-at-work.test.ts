import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyNames, KeysAtWork } from '../../src/store/keys-at-work.ts';

test('keys are at work until the work ends, and whoever waits for that is told', async () => {
  const atWork = new KeysAtWork();
  const changes: boolean[] = [];
  atWork.onChange = () => changes.push(atWork.isAny);
  const key = Buffer.from('xkey');
  assert.equal(atWork.has(0, key, 1, 3), false);
  atWork.begin(KeyNames.of([{ db: 0, key: Buffer.from('key') }]), true, () => atWork.end());
  assert.deepEqual([atWork.isAny, atWork.takesDots, atWork.ended], [true, true, 0]);
  assert.equal(atWork.has(0, key, 1, 3), true);
  assert.equal(atWork.has(1, key, 1, 3), false);
  assert.equal(atWork.has(0, key, 0, 3), false);
  const told: string[] = [];
  atWork.whenFree(() => told.push('free'));
  const free = atWork.free();
  assert.deepEqual(told, []);
  atWork.hurry();
  await free;
  assert.deepEqual(told, ['free']);
  assert.deepEqual(changes, [true, false]);
  assert.deepEqual([atWork.isAny, atWork.ended, atWork.has(0, key, 1, 3)], [false, 1, false]);
  atWork.hurry();
  assert.equal(atWork.ended, 1);
});
