import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';
import { testScripts } from '../side-by-side.ts';

const scripts: Readonly<Record<string, string>> = {
  'messages reach those who have subscribed, in the shape of their protocol': `
    a> subscribe c d
    b3> subscribe c
    p> publish c hello
    a<
    b3<
    p> publish d again
    a<
    p> publish nobody x
    a> unsubscribe c
    p> publish c hello
    b3<
    a> unsubscribe
    a> unsubscribe
    a> ping`,
  'subscribing twice is once, and counts are of all subscriptions of a client': `
    a> subscribe c c d
    a> psubscribe c* d*
    a> subscribe d
    a> punsubscribe
    a> unsubscribe nothing
    a> unsubscribe c nothing d`,
  'patterns and channels both deliver': `
    a> psubscribe h?llo *x
    a> subscribe hello
    p> publish hello world
    a<
    p> publish hallo world
    a<
    p> publish zx world
    a<
    p> publish other world
    p> pubsub numpat
    b3> psubscribe h*
    p> publish hello world
    b3<
    a<
    a> punsubscribe *x
    p> pubsub numpat`,
  'shard channels are a world of their own': `
    a> ssubscribe s t
    a> subscribe s
    p> spublish s one
    a<
    p> publish s two
    a<
    p> pubsub shardchannels s*
    p> pubsub shardnumsub s t u
    p> pubsub channels
    a> sunsubscribe s
    a> sunsubscribe
    a> sunsubscribe`,
  'a RESP2 subscriber may do little else, a RESP3 one anything': `
    a> subscribe c
    a> get k
    a> ping
    a> ping hello
    a> config get x
    a> multi
    a> nonsense
    a> reset
    a> get k
    b3> subscribe c
    b3> get k
    b3> ping
    b3> ping hello`,
  'PUBSUB tells who has subscribed': `
    a> subscribe abc
    b> subscribe abc
    p> pubsub numsub abc def
    p> pubsub numsub
    p> pubsub channels ab?
    p> pubsub channels x*
    p> pubsub channels a b
    p> pubsub numpat
    p> pubsub nonsense`,
  'subscribing in a transaction': `
    a> multi
    a> subscribe c
    a> exec
    p> publish c hello
    a<`,
  'keyspace events of strings and keys': `
    a> config set notify-keyspace-events KEA
    s> psubscribe *
    a> set k v
    s<
    a> del k
    s<
    a> incr n
    s<
    a> append n 1
    s<
    a> config set notify-keyspace-events Eg$
    a> setrange n 0 5
    s<
    a> config set notify-keyspace-events Eg$
    a> expire n 100
    s<
    a> persist n
    s<
    a> rename n m
    s<
    a> copy m c
    s<
    a> move c 1
    s<
    a> getdel m
    s<
    a> incrbyfloat f 1.5
    s<
    a> mset x 1 y 2
    s<
    a> setex x 100 v
    s<
    a> getset x w
    s<
    a> setnx z 1
    s<
    a> expire z -1
    s<
    a> getex x ex 10
    s<
    a> getex x persist
    s<
    a> set x v ex 100
    s<
    a> set x v keepttl
    s<
    a> msetnx p 1 q 2
    s<
    a> decrby p 3
    s<
    a> unlink p q
    s<
    a> setbit bits 3 1
    s<
    a> bitop not bots bits
    s<
    a> bitfield bits set u8 0 5
    s<
    a> pfadd hll a b
    s<
    a> pfmerge hll2 hll
    s<
    a> config set notify-keyspace-events Em
    a> get missing
    s<
    a> config set notify-keyspace-events En$
    a> set brandnew 1
    s<
    a> set brandnew 2
    s<
    a> config get notify-keyspace-events`,
};

testScripts(scripts);

test('who is told of its own message gets the reply first', () => {
  const rig = new Rig();
  const a = rig.connect();
  a.send('hello', '3');
  a.send('subscribe', 'c');
  assert.equal(a.send('publish', 'c', 'm'), ':1\r\n');
  assert.equal(a.pushed(), '>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n');
});

test('bytes that are no text arrive as they were', () => {
  const rig = new Rig();
  const [a, p] = [rig.connect(), rig.connect()];
  const channel = Buffer.from([0, 255, 13, 10]);
  a.sendBytes('subscribe', channel);
  p.sendBytes('publish', channel, channel);
  assert.deepEqual(
    a.pushedBytes(),
    Buffer.concat([
      Buffer.from('*3\r\n$7\r\nmessage\r\n$4\r\n'),
      channel,
      Buffer.from('\r\n$4\r\n'),
      channel,
      Buffer.from('\r\n'),
    ]),
  );
});

test('a client that is gone has no subscriptions', () => {
  const rig = new Rig();
  const [a, p] = [rig.connect(), rig.connect()];
  a.send('subscribe', 'c');
  a.send('psubscribe', 'c*');
  a.send('ssubscribe', 's');
  rig.dispatch.disconnected(a);
  assert.equal(p.send('publish', 'c', 'm'), ':0\r\n');
  assert.equal(rig.services.pubsub.channelCount, 0);
  assert.equal(rig.services.pubsub.patternCount, 0);
  assert.equal(rig.services.pubsub.shardCount, 0);
});

test('CLIENT LIST counts subscriptions and knows the type', () => {
  const rig = new Rig();
  const [a, b] = [rig.connect(), rig.connect()];
  a.send('subscribe', 'c', 'd');
  a.send('psubscribe', 'c*');
  a.send('ssubscribe', 's');
  const line = b.send('client', 'list', 'type', 'pubsub');
  assert.match(line, / flags=P db=0 sub=2 psub=1 ssub=1 multi=-1 /);
  assert.equal(line.includes(`id=${b.session.id} `), false);
});

test('the client of the library cannot subscribe', () => {
  const a = new Rig().connect();
  a.session.denyBlocking = true;
  assert.equal(a.send('subscribe', 'c'), "-ERR SUBSCRIBE isn't allowed for a DENY BLOCKING client\r\n");
});
