import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('moves at once what is there, and waits for what is not', () => {
  const rig = new Rig();
  const [waiting, other] = [rig.connect(), rig.connect()];
  other.send('rpush', 'l', 'a', 'b');
  assert.equal(waiting.send('blmove', 'l', 'm', 'right', 'left', '0'), '$1\r\nb\r\n');
  assert.equal(waiting.send('blmove', 'none', 'm', 'left', 'right', '0'), '');
  other.send('rpush', 'none', 'c');
  assert.equal(waiting.lateNow(), '$1\r\nc\r\n');
  assert.equal(other.send('lrange', 'm', '0', '-1'), '*2\r\n$1\r\nb\r\n$1\r\nc\r\n');
});

test('one that is moved on wakes who waits for it', () => {
  const rig = new Rig();
  const [waiting, other] = [rig.connect(), rig.connect()];
  const third = rig.connect();
  waiting.send('blmove', 'a', 'b', 'left', 'left', '0');
  third.send('blpop', 'b', '0');
  other.send('rpush', 'a', 'x');
  assert.equal(waiting.lateNow(), '$1\r\nx\r\n');
  assert.equal(third.lateNow(), '*2\r\n$1\r\nb\r\n$1\r\nx\r\n');
});

test('gives up when its time is over; refuses other words', () => {
  const rig = new Rig();
  const [waiting, other] = [rig.connect(), rig.connect()];
  waiting.send('blmove', 'l', 'm', 'left', 'left', '1');
  rig.advance(1100);
  assert.equal(waiting.lateNow(), '*-1\r\n');
  assert.equal(other.send('blmove', 'l', 'm', 'up', 'left', '1'), '-ERR syntax error\r\n');
  assert.equal(
    other.send('blmove', 'l', 'm', 'left', 'left', 'x'),
    '-ERR timeout is not a float or out of range\r\n',
  );
});

test('in a transaction there is no element at once', () => {
  const client = new Rig().connect();
  client.send('multi');
  client.send('blmove', 'l', 'm', 'left', 'left', '0');
  client.send('brpoplpush', 'l', 'm', '0');
  assert.equal(client.send('exec'), '*2\r\n$-1\r\n$-1\r\n');
});

test('a destination of another type ends the wait with an error, a source of another type does not', () => {
  const rig = new Rig();
  const [waiting, other] = [rig.connect(), rig.connect()];
  other.send('set', 'm', 'v');
  assert.equal(waiting.send('blmove', 'l', 'm', 'left', 'left', '0'), '');
  other.send('set', 'l', 'v');
  assert.equal(waiting.lateNow(), '');
  other.send('del', 'l');
  other.send('rpush', 'l', 'a');
  assert.match(waiting.lateNow(), /^-WRONGTYPE/);
  assert.equal(other.send('llen', 'l'), ':1\r\n');
});
