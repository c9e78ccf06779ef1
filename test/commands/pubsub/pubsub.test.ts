import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('PUBSUB lists and counts what has subscribers', () => {
  const rig = new Rig();
  const [a, p] = [rig.connect(), rig.connect()];
  assert.equal(p.send('pubsub', 'channels'), '*0\r\n');
  a.send('subscribe', 'one', 'two');
  a.send('psubscribe', '*');
  a.send('ssubscribe', 's');
  assert.equal(p.send('pubsub', 'channels', 'o*'), '*1\r\n$3\r\none\r\n');
  assert.equal(p.send('pubsub', 'shardchannels'), '*1\r\n$1\r\ns\r\n');
  assert.equal(p.send('pubsub', 'numsub', 'two', 'x'), '*4\r\n$3\r\ntwo\r\n:1\r\n$1\r\nx\r\n:0\r\n');
  assert.equal(p.send('pubsub', 'shardnumsub', 's'), '*2\r\n$1\r\ns\r\n:1\r\n');
  assert.equal(p.send('pubsub', 'numpat'), ':1\r\n');
  assert.match(p.send('pubsub', 'help'), /^\*\d+\r\n\+PUBSUB/);
});
