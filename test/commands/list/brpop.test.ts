import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('takes at once what is there, from the first list that has something', () => {
  const rig = new Rig();
  const client = rig.connect();
  client.send('rpush', 'l', 'a', 'b');
  assert.equal(client.send('brpop', 'none', 'l', '0'), '*2\r\n$1\r\nl\r\n$1\r\nb\r\n');
  assert.equal(client.send('llen', 'l'), ':1\r\n');
});

test('waits for an element, which nobody else sees', () => {
  const rig = new Rig();
  const [waiting, other] = [rig.connect(), rig.connect()];
  assert.equal(waiting.send('brpop', 'l', 'm', '0'), '');
  assert.equal(other.send('rpush', 'm', 'x', 'y'), ':2\r\n');
  assert.equal(waiting.lateNow(), '*2\r\n$1\r\nm\r\n$1\r\ny\r\n');
  assert.equal(other.send('llen', 'm'), ':1\r\n');
});

test('gives up when its time is over, and passes over other types while it waits', () => {
  const rig = new Rig();
  const [waiting, other] = [rig.connect(), rig.connect()];
  assert.equal(waiting.send('brpop', 'l', '0.5'), '');
  other.send('set', 'l', 'v');
  assert.equal(waiting.lateNow(), '');
  rig.advance(600);
  assert.equal(waiting.lateNow(), '*-1\r\n');
  assert.match(other.send('brpop', 'l', '1'), /WRONGTYPE/);
  assert.equal(other.send('brpop', 'l', 'x'), '-ERR timeout is not a float or out of range\r\n');
  assert.equal(other.send('brpop', 'l', '-1'), '-ERR timeout is negative\r\n');
});
