import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bareUrl } from '../../src/base/bare-url.ts';

test('an address for people has neither user nor password nor query, and is written in one way', () => {
  for (const [url, shown] of [
    ['rediss://user:pa%2Fss@hub.example:6379/?token=x#y', 'rediss://hub.example:6379'],
    ['ws://HUB:80/edge/ws?token=secret', 'ws://hub/edge/ws'],
    ['wss://token@[::1]:9/', 'wss://[::1]:9'],
  ] as const) {
    assert.equal(bareUrl(url), shown);
  }
});
