import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemTimers } from '../../src/commands/timers.ts';

test('what is to run later does, unless it is called off', async () => {
  const ran: string[] = [];
  const kept = new Promise<void>((done) => {
    systemTimers.after(2, () => {
      ran.push('after');
      done();
    });
  });
  // The process's timers keep nothing alive, and here nothing else does.
  const alive = setInterval(() => {}, 1000);
  const cancel = systemTimers.after(1, () => ran.push('called off'));
  cancel();
  const soon = new Promise<void>((done) => {
    systemTimers.soon(() => {
      ran.push('soon');
      done();
    });
  });
  await Promise.all([kept, soon]);
  clearInterval(alive);
  assert.deepEqual(ran.sort(), ['after', 'soon']);
});
