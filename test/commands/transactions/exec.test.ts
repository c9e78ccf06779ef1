import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExecuteResult } from '../../../src/commands/executor.ts';
import { Rig } from '../command-rig.ts';
import { testScripts } from '../side-by-side.ts';

/** What clients say, compared with redis-server reply by reply. */
const scripts: Readonly<Record<string, string>> = {
  'a transaction replies with the replies of its commands, errors among them': `
    a> multi
    a> set k v
    a> get k
    a> incr k
    a> incr n
    a> ping
    a> get missing
    a> exec
    a> get k
    b3> multi
    b3> get missing
    b3> config get maxmemory-policy
    b3> exec
    b3> multi
    b3> exec`,
  'what is refused while queueing aborts the whole': `
    a> multi
    a> set k v
    a> nonsense x
    a> exec
    a> exists k
    a> multi
    a> get
    a> exec
    a> multi
    a> config nonsense
    a> exec
    a> multi
    a> save
    a> exec
    a> multi
    a> exec too many
    a> exec`,
  'MULTI, EXEC, DISCARD and WATCH where they do not belong': `
    a> exec
    a> discard
    a> multi
    a> multi
    a> watch k
    a> discard x
    a> set k v
    a> discard
    a> discard
    a> get k
    a> multi
    a> unwatch
    a> reset
    a> exec`,
  'a watched key that another client changes stops EXEC': `
    a> set k 1
    a> watch k other
    b> set k 2
    a> multi
    a> ping
    a> exec
    a> multi
    a> ping
    a> exec
    b3> watch k
    a> set k 3
    b3> multi
    b3> exec
    a> watch k
    b3> set unrelated 1
    a> multi
    a> ping
    a> exec`,
  'UNWATCH and DISCARD forget what was watched': `
    a> set k 1
    a> watch k
    b> set k 2
    a> unwatch
    a> multi
    a> ping
    a> exec
    a> watch k
    a> multi
    b> set k 3
    a> discard
    a> multi
    a> ping
    a> exec`,
  'a client spoils its own watch only before EXEC': `
    a> watch k
    a> set k 1
    a> multi
    a> ping
    a> exec
    a> watch k
    a> multi
    a> set k 2
    a> exec`,
  'FLUSHALL, FLUSHDB and SWAPDB spoil watches of keys that they change': `
    a> set k 1
    a> watch k
    b> flushall
    a> multi
    a> exec
    a> watch k
    b> flushall
    a> multi
    a> exec
    a> set k 1
    a> watch k
    b> flushdb
    a> multi
    a> exec
    a> set k 1
    b> select 1
    b> set k 2
    b> select 0
    a> watch k
    b> swapdb 0 1
    a> multi
    a> exec
    a> watch nothing
    b> swapdb 0 1
    a> multi
    a> exec
    b> flushall
    b> set k 0
    a> select 1
    a> watch k
    b> swapdb 0 1
    a> multi
    a> exec`,
  'DEL, RENAME, EXPIRE and COPY spoil what they touch': `
    a> mset k 1 j 2 l 3
    a> watch k
    b> del k
    a> multi
    a> exec
    a> watch new
    b> rename j new
    a> multi
    a> exec
    a> watch new
    b> expire new 100
    a> multi
    a> exec
    a> watch l
    b> del missing
    a> multi
    a> exec
    a> watch copied
    b> copy l copied
    a> multi
    a> exec`,
};

testScripts(scripts);

test('a watched key that expires stops EXEC; one that had expired before does not', () => {
  const rig = new Rig();
  const [a, b] = [rig.connect(), rig.connect()];
  a.send('set', 'k', 'v', 'px', '50');
  a.send('watch', 'k');
  rig.advance(60);
  a.send('multi');
  assert.equal(a.send('exec'), '*-1\r\n');
  a.send('set', 'k', 'v', 'px', '50');
  rig.advance(60);
  a.send('watch', 'k');
  b.send('get', 'k');
  a.send('multi');
  assert.equal(a.send('exec'), '*0\r\n');
});

test('EXEC is one write: its deltas stand together in one block', async () => {
  const rig = new Rig();
  const [a, b] = [rig.connect(), rig.connect()];
  for (const client of [a, b]) client.send('multi');
  a.send('set', 'k', '1');
  b.send('set', 'other', '1');
  a.send('incr', 'k');
  a.send('del', 'missing');
  assert.equal(a.send('exec'), '*3\r\n+OK\r\n:2\r\n:0\r\n');
  assert.equal(a.result, ExecuteResult.write);
  rig.journal.commit(() => {});
  const blocks = await rig.journal.read(0, 1024);
  assert.deepEqual(
    blocks?.map((block) => block.count),
    [2],
  );
});

test('what may wait does not wait in a transaction, and nothing may be deferred', () => {
  const rig = new Rig();
  const a = rig.connect();
  a.send('multi');
  a.send('bgsave');
  a.send('edge', 'sync');
  const reply = a.send('exec');
  assert.match(reply, /^\*2\r\n/);
  assert.notEqual(a.result, ExecuteResult.deferred);
});

test('EXEC is refused while writes are, if it writes; so it is when memory has run out', () => {
  const rig = new Rig();
  const a = rig.connect();
  a.send('multi');
  a.send('set', 'k', 'v');
  rig.refusal = 'MISCONF no disk';
  assert.equal(a.send('exec'), '-EXECABORT Transaction discarded because of: MISCONF no disk\r\n');
  a.send('multi');
  a.send('get', 'k');
  assert.equal(a.send('exec'), '*1\r\n$-1\r\n');
  a.send('multi');
  assert.equal(a.send('set', 'k', 'v'), '-MISCONF no disk\r\n');
  assert.equal(a.send('exec'), '-EXECABORT Transaction discarded because of previous errors.\r\n');
  rig.refusal = undefined;
  a.send('set', 'here', 'x');
  a.send('multi');
  a.send('set', 'k', 'v');
  rig.store.arena.setLimit(1);
  const refusal = "OOM command not allowed when used memory > 'maxmemory'.";
  assert.equal(a.send('exec'), `-EXECABORT Transaction discarded because of: ${refusal}\r\n`);
  a.send('multi');
  assert.equal(a.send('set', 'k', 'v'), `-${refusal}\r\n`);
  assert.equal(a.send('discard'), '+OK\r\n');
});

test('a client that is gone watches nothing and nobody listens for it', () => {
  const rig = new Rig();
  const a = rig.connect();
  a.send('watch', 'k');
  assert.notEqual(rig.store.recorder?.onRecord, undefined);
  rig.dispatch.disconnected(a);
  assert.equal(rig.store.recorder?.onRecord, undefined);
});

test('without a journal changes are still seen, and recorded only while somebody looks', () => {
  const rig = new Rig();
  rig.store.recorder = undefined;
  const [a, b] = [rig.connect(), rig.connect()];
  a.send('watch', 'k');
  b.send('set', 'k', 'v');
  a.send('multi');
  assert.equal(a.send('exec'), '*-1\r\n');
  assert.equal(rig.store.recorder, undefined);
});
