import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('moves at once what is there, and waits for what is not', () => {
  const rig = new Rig();
  const [waiting, other] = [rig.connect(), rig.connect()];
  other.send('rpush', 'l', 'a', 'b');
  assert.equal(waiting.send('brpoplpush', 'l', 'm', '0'), '$1\r\nb\r\n');
  assert.equal(waiting.send('brpoplpush', 'none', 'm', '0'), '');
  other.send('rpush', 'none', 'c');
  assert.equal(waiting.lateNow(), '$1\r\nc\r\n');
  assert.equal(other.send('lrange', 'm', '0', '-1'), '*2\r\n$1\r\nc\r\n$1\r\nb\r\n');
  waiting.send('brpoplpush', 'none', 'm', '1');
  rig.advance(1100);
  assert.equal(waiting.lateNow(), '*-1\r\n');
});
