import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback } from '../../src/base/loopback.ts';

test('addresses of the loopback, and none but those', () => {
  for (const address of ['::1', '127.0.0.1', '127.8.9.10', '::ffff:127.0.0.1'])
    assert.ok(isLoopback(address));
  for (const address of ['', '10.0.0.127', '::', '0.0.0.0', '::ffff:10.0.0.1', '1127.0.0.1', 'localhost']) {
    assert.ok(!isLoopback(address), address);
  }
});
