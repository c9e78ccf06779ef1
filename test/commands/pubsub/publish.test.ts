import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('PUBLISH replies with how many clients it reached, a client once for each subscription', () => {
  const rig = new Rig();
  const [a, b, p] = [rig.connect(), rig.connect(), rig.connect()];
  a.send('subscribe', 'c');
  b.send('subscribe', 'c');
  b.send('psubscribe', 'c*');
  assert.equal(p.send('publish', 'c', 'm'), ':3\r\n');
  assert.equal(p.send('publish', 'd', 'm'), ':0\r\n');
});

test('a message is bytes, and goes in the shape of each protocol', () => {
  const rig = new Rig();
  const [two, three, p] = [rig.connect(), rig.connect(), rig.connect()];
  three.send('HELLO', '3');
  const [channel, message] = [Buffer.from([0, 255, 13, 10]), Buffer.alloc(100_000, 254)];
  for (const client of [two, three]) client.send('SUBSCRIBE', channel);
  assert.equal(p.send('PUBLISH', channel, message), ':2\r\n');
  const body = [
    Buffer.from('$7\r\nmessage\r\n$4\r\n'),
    channel,
    Buffer.from('\r\n$100000\r\n'),
    message,
    Buffer.from('\r\n'),
  ];
  assert.deepEqual(two.pushedBytes(), Buffer.concat([Buffer.from('*3\r\n'), ...body]));
  assert.deepEqual(three.pushedBytes(), Buffer.concat([Buffer.from('>3\r\n'), ...body]));
});
