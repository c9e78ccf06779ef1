import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';
import { testScripts } from '../side-by-side.ts';

const scripts: Readonly<Record<string, string>> = {
  'a key that was read is told of once, when it changes': `
    a3> client tracking on
    b> mset x 1 y 2
    a3> get x
    a3> mget x y
    b> set x 2
    a3<
    b> set x 3
    b> del y
    a3<
    a3> set x 5
    a3> get x
    b> expire x 100
    a3<
    a3> get x
    a3> incr x
    a3<
    a3> get missing
    b> set missing 1
    a3<
    a3> client trackinginfo
    a3> client getredir
    a3> client tracking off
    a3> client trackinginfo
    a3> client getredir`,
  'NOLOOP, and flushes': `
    a3> client tracking on noloop
    a3> get x
    a3> set x 1
    a3> get x
    b> set x 2
    a3<
    a3> get x
    b> flushall
    a3<
    b> flushdb
    a3<
    a3> get x
    a3> flushall
    a3<`,
  'BCAST tells of all keys with the prefixes': `
    a3> client tracking on bcast prefix foo prefix bar
    b> set foo1 1
    a3<
    b> mset foo2 2 other 1 bar3 1
    a3<
    b> set other 1
    a3> client tracking on bcast prefix baz
    b> set bazx 1
    a3<
    a3> client trackinginfo
    a3> client tracking on bcast prefix fooo
    a3> client tracking on bcast prefix q prefix qq
    a3> client tracking on
    a3> client tracking off
    c3> client tracking on bcast
    b> set anything 1
    c3<
    c3> set own 1
    c3<
    c3> client trackinginfo`,
  'OPTIN and OPTOUT with CLIENT CACHING': `
    a3> client tracking on optin
    a3> client caching no
    a3> get x
    b> set x 1
    a3> client caching yes
    a3> client trackinginfo
    a3> get x
    b> set x 2
    a3<
    a3> client caching yes
    a3> multi
    a3> get x
    a3> get y
    a3> exec
    b> set x 3
    a3<
    b> set y 3
    a3<
    a3> client tracking on optout
    a3> client tracking off
    a3> client tracking on optout
    a3> client caching yes
    a3> client caching no
    a3> client trackinginfo
    a3> get x
    b> set x 4
    a3> get x
    b> set x 5
    a3<`,
  'what is refused': `
    a> client caching yes
    a> client tracking
    a> client tracking maybe
    a> client tracking on bcast optin
    a> client tracking on bcast optout
    a> client tracking on optin optout
    a> client tracking on prefix foo
    a> client tracking on redirect 999999
    a> client tracking on redirect x
    a> client tracking on nonsense
    a> client tracking on optin
    a> client caching maybe
    a> client trackinginfo`,
};

testScripts(scripts);

test('REDIRECT tells another client, as a message in RESP2; its end is told in RESP3', () => {
  const rig = new Rig();
  const [a, target, b] = [rig.connect(), rig.connect(), rig.connect()];
  const id = String(target.session.id);
  target.send('subscribe', '__redis__:invalidate');
  assert.equal(a.send('client', 'tracking', 'on', 'redirect', id), '+OK\r\n');
  assert.equal(a.send('client', 'getredir'), `:${id}\r\n`);
  a.send('get', 'k');
  b.send('set', 'k', 'v');
  assert.equal(a.pushed(), '');
  const words = '*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n';
  assert.equal(target.pushed(), `${words}*1\r\n$1\r\nk\r\n`);
  a.send('hello', '3');
  a.send('get', 'k');
  rig.dispatch.disconnected(target);
  b.send('set', 'k', 'w');
  assert.equal(a.pushed(), `>2\r\n$21\r\ntracking-redir-broken\r\n:${id}\r\n`);
  assert.match(a.send('client', 'trackinginfo'), /broken_redirect/);
});

test('a join, a deadline and an eviction invalidate too', () => {
  const rig = new Rig();
  const [a, b] = [rig.connect(), rig.connect()];
  a.send('hello', '3');
  a.send('client', 'tracking', 'on');
  b.send('set', 'k', 'v', 'px', '10');
  a.send('get', 'k');
  rig.advance(20);
  rig.store.expireSlice(100);
  rig.timers.endTurn();
  const invalidated = '>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n';
  assert.equal(a.pushed(), invalidated);
  a.send('get', 'k');
  rig.joinPut('k', 'k');
  rig.timers.endTurn();
  assert.equal(a.pushed(), invalidated);
});

test('past its limit the table forgets keys, and tells so; a client that is gone costs nothing', () => {
  const rig = new Rig();
  const a = rig.connect();
  a.send('hello', '3');
  a.send('config', 'set', 'tracking-table-max-keys', '2');
  a.send('client', 'tracking', 'on');
  for (const key of ['x', 'y', 'z']) a.send('get', key);
  assert.equal(a.pushed(), '>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nx\r\n');
  assert.match(a.send('info', 'stats'), /tracking_total_keys:2\r\ntracking_total_items:2\r\n/);
  assert.match(a.send('info', 'clients'), /tracking_clients:1\r\n/);
  assert.match(a.send('client', 'info'), / flags=t .* redir=0 /);
  rig.dispatch.disconnected(a);
  assert.equal(rig.services.tracking.keyCount, 0);
  assert.equal(rig.store.recorder?.onRecord, undefined);
});
