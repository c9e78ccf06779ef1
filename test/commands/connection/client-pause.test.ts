import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExecuteResult } from '../../../src/commands/executor.ts';
import { Rig } from '../command-rig.ts';

test('CLIENT PAUSE holds every request until its time is up, and keeps their order', () => {
  const rig = new Rig();
  const [a, b] = [rig.connect(), rig.connect()];
  assert.equal(a.send('client', 'pause', '100'), '+OK\r\n');
  assert.equal(a.send('set', 'k', '1'), '');
  assert.equal(a.result, ExecuteResult.deferred);
  assert.equal(b.send('incr', 'k'), '');
  rig.advance(99);
  assert.equal(a.lateNow(), '');
  rig.advance(1);
  rig.timers.endTurn();
  assert.equal(a.lateNow(), '+OK\r\n');
  assert.equal(b.lateNow(), ':2\r\n');
  assert.equal(b.send('get', 'k'), '$1\r\n2\r\n');
});

test('CLIENT PAUSE WRITE holds writes, transactions that write and messages; CLIENT UNPAUSE ends it', () => {
  const rig = new Rig();
  const [admin, a, b, c, d] = [rig.connect(), rig.connect(), rig.connect(), rig.connect(), rig.connect()];
  b.send('multi');
  b.send('incr', 'n');
  d.send('multi');
  d.send('get', 'n');
  admin.send('client', 'pause', '100000', 'write');
  assert.equal(a.send('get', 'k'), '$-1\r\n');
  assert.equal(a.send('set', 'k', 'v'), '');
  assert.equal(b.send('exec'), '');
  assert.equal(c.send('publish', 'c', 'm'), '');
  assert.equal(d.send('exec'), '*1\r\n$-1\r\n');
  assert.match(admin.send('info', 'clients'), /blocked_clients:3\r\n/);
  assert.equal(admin.send('client', 'unpause'), '+OK\r\n');
  assert.equal(a.lateNow(), '+OK\r\n');
  assert.equal(b.lateNow(), '*1\r\n:1\r\n');
  assert.equal(c.lateNow(), ':0\r\n');
  assert.equal(rig.services.attention.bits, 0);
});

test('the longer and the stricter of two pauses holds', () => {
  const rig = new Rig();
  const [admin, a] = [rig.connect(), rig.connect()];
  admin.send('client', 'pause', '1000', 'write');
  admin.send('client', 'pause', '10', 'all');
  assert.equal(a.send('ping'), '');
  rig.advance(500);
  assert.equal(a.lateNow(), '');
  rig.advance(500);
  rig.timers.endTurn();
  assert.equal(a.lateNow(), '+PONG\r\n');
});

test('what is no time and no mode is refused', () => {
  const a = new Rig().connect();
  assert.equal(a.send('client', 'pause', 'x'), '-ERR timeout is not an integer or out of range\r\n');
  assert.equal(a.send('client', 'pause', '-1'), '-ERR timeout is negative\r\n');
  assert.equal(a.send('client', 'pause', '1', 'foo'), '-ERR CLIENT PAUSE mode must be WRITE or ALL\r\n');
});

test('keys do not expire while a pause is on, but are hidden', () => {
  const rig = new Rig();
  const [admin, a] = [rig.connect(), rig.connect()];
  a.send('set', 'k', 'v', 'px', '10');
  admin.send('client', 'pause', '1000', 'write');
  rig.advance(20);
  assert.equal(rig.store.expireSlice(100), 0);
  assert.equal(a.send('get', 'k'), '$-1\r\n');
  assert.equal(rig.store.expiredCount, 0);
  admin.send('client', 'unpause');
  assert.equal(a.send('get', 'k'), '$-1\r\n');
  assert.equal(rig.store.expiredCount, 1);
});

test('what a pause held runs at the time at which it ends', () => {
  const rig = new Rig();
  const [admin, client] = [rig.connect(), rig.connect()];
  admin.send('client', 'pause', '1000', 'write');
  assert.equal(client.send('set', 'k', 'v', 'px', '5000'), '');
  rig.nowMs += 3000;
  admin.send('client', 'unpause');
  assert.equal(client.lateNow(), '+OK\r\n');
  assert.equal(client.send('pttl', 'k'), ':5000\r\n');
});
