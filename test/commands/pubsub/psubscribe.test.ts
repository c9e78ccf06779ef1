import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('PSUBSCRIBE delivers from all channels that match, with the pattern', () => {
  const rig = new Rig();
  const [a, p] = [rig.connect(), rig.connect()];
  assert.equal(a.send('psubscribe', 'news.*'), '*3\r\n$10\r\npsubscribe\r\n$6\r\nnews.*\r\n:1\r\n');
  assert.equal(p.send('publish', 'news.it', 'm'), ':1\r\n');
  assert.equal(a.pushed(), '*4\r\n$8\r\npmessage\r\n$6\r\nnews.*\r\n$7\r\nnews.it\r\n$1\r\nm\r\n');
  assert.equal(p.send('publish', 'other', 'm'), ':0\r\n');
});

test('a pattern that is too long to match with is refused', () => {
  const a = new Rig().connect();
  assert.match(a.send('psubscribe', 'ok', '*a'.repeat(10_000)), /^-ERR pattern is longer/);
  assert.equal(a.session.subscriptions, undefined);
});
