// The frame of blocking commands, held to its word by a command of the test's own: TAKE key [key ...] timeout takes the
// first string that is there, FEED from to timeout moves one on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError } from '../../src/base/errors.ts';
import type { Call } from '../../src/commands/call.ts';
import type { CommandSpec } from '../../src/commands/command.ts';
import { ExecuteResult } from '../../src/commands/executor.ts';
import { Rig, type RigClient } from './command-rig.ts';

function take(call: Call): void {
  const last = call.argc - 1;
  for (let i = 1; i < last; i++) {
    const at = call.find(i);
    if (at === 0) continue;
    if (call.rerunning && call.store.strings.copy(at).toString() === 'wrong') continue;
    call.replyString(at);
    call.removeKey(i);
    return;
  }
  const timeoutMs = call.integer(last);
  call.block({ firstKey: 1, lastKey: last - 1, timeoutMs, onTimeout: (reply) => reply.nilArray() });
}

function feed(call: Call): void {
  const at = call.find(1);
  if (at === 0) {
    call.block({ firstKey: 1, lastKey: 1, timeoutMs: 0, onTimeout: (reply) => reply.nil() });
    return;
  }
  call.replyString(at);
  call.store.ship(at, call.keyspace, call.buf, call.offset(2), call.length(2));
  call.removeKey(1);
}

function heed(call: Call): void {
  const at = call.find(1);
  if (at === 0 && call.rerunning) throw new CommandError('NOGROUP it is gone');
  const rewrites = new Map([[2, Buffer.from('rewritten')]]);
  if (call.is(2, 'rewritten') && at !== 0) call.reply.bulkText(call.text(2));
  else {
    call.block({
      firstKey: 1,
      lastKey: 1,
      timeoutMs: 0,
      onTimeout: (reply) => reply.nil(),
      wakesOnLoss: true,
      rewrites,
    });
  }
}

const base = {
  flags: ['write', 'blocking'],
  group: 'generic',
  since: '1.0.0',
  summary: 'For a test.',
} as const;
const commands: readonly CommandSpec[] = [
  { ...base, name: 'take', arity: -3, keys: { first: 1, last: -2, step: 1 }, run: take },
  { ...base, name: 'feed', arity: 3, keys: { first: 1, last: 2, step: 1 }, run: feed },
  { ...base, name: 'heed', arity: 3, keys: { first: 1, last: 1, step: 1 }, run: heed },
];

function rigOf(): { rig: Rig; clients: RigClient[] } {
  const rig = new Rig({ commands });
  return { rig, clients: Array.from({ length: 4 }, () => rig.connect()) };
}

test('what is there is taken at once', () => {
  const { clients } = rigOf();
  const [a] = clients as [RigClient];
  a.send('set', 'k', 'v');
  assert.equal(a.send('take', 'k', '0'), '$1\r\nv\r\n');
  assert.equal(a.result, ExecuteResult.write);
});

test('who came first is served first, one value each, whatever key it waits for', () => {
  const { rig, clients } = rigOf();
  const [a, b, c, writer] = clients as [RigClient, RigClient, RigClient, RigClient];
  assert.equal(a.send('take', 'k', 'x', '0'), '');
  assert.equal(a.result, ExecuteResult.deferred);
  assert.equal(b.send('take', 'k', 'k', '0'), '');
  assert.equal(c.send('take', 'x', '0'), '');
  assert.equal(rig.services.blocked.count, 3);
  assert.equal(writer.send('set', 'k', '1'), '+OK\r\n');
  assert.equal(a.lateNow(), '$1\r\n1\r\n');
  assert.equal(b.lateNow(), '');
  assert.equal(writer.send('exists', 'k'), ':0\r\n');
  writer.send('mset', 'k', '2', 'x', '3');
  assert.equal(b.lateNow(), '$1\r\n2\r\n');
  assert.equal(c.lateNow(), '$1\r\n3\r\n');
  assert.equal(rig.services.blocked.count, 0);
  assert.equal(rig.store.recorder?.onRecord, undefined, 'nobody listens any more');
});

test('a client that is served may make a key ready for the next', () => {
  const { clients } = rigOf();
  const [a, b, writer] = clients as [RigClient, RigClient, RigClient];
  a.send('take', 'c', '0');
  b.send('feed', 'b', 'c');
  writer.send('set', 'b', 'v');
  assert.equal(b.lateNow(), '$1\r\nv\r\n');
  assert.equal(a.lateNow(), '$1\r\nv\r\n');
});

test('a wait ends at its time with its own reply, in the shape of its protocol', () => {
  const { rig, clients } = rigOf();
  const [a, b] = clients as [RigClient, RigClient];
  b.session.protocol = 3;
  a.send('take', 'k', '100');
  b.send('take', 'k', '100');
  rig.advance(99);
  assert.equal(a.lateNow(), '');
  rig.advance(1);
  assert.equal(a.lateNow(), '*-1\r\n');
  assert.equal(b.lateNow(), '_\r\n');
  assert.equal(rig.services.blocked.count, 0);
});

test('times beyond what one timer can run are kept', () => {
  const { rig, clients } = rigOf();
  const [a] = clients as [RigClient];
  a.send('take', 'k', String(2 ** 31 + 1000));
  rig.advance(2 ** 31 - 1);
  assert.equal(a.lateNow(), '');
  rig.advance(1001);
  assert.equal(a.lateNow(), '*-1\r\n');
});

test('a key that is passed over leaves the client waiting; a loss ends the wait of who heeds losses', () => {
  const { clients } = rigOf();
  const [a, b, writer] = clients as [RigClient, RigClient, RigClient];
  a.send('take', 'k', '0');
  writer.send('set', 'k', 'wrong');
  assert.equal(a.lateNow(), '');
  writer.send('set', 'k', 'right');
  assert.equal(a.lateNow(), '$5\r\nright\r\n');
  writer.send('set', 'h', 'v');
  b.send('heed', 'h', '$');
  writer.send('del', 'h');
  assert.equal(b.lateNow(), '-NOGROUP it is gone\r\n');
});

test('arguments can be what they were when the wait began', () => {
  const { clients } = rigOf();
  const [a, writer] = clients as [RigClient, RigClient];
  a.send('heed', 'k', '$');
  writer.send('set', 'k', 'v');
  assert.equal(a.lateNow(), '$9\r\nrewritten\r\n');
});

test('who is gone takes nothing', () => {
  const { rig, clients } = rigOf();
  const [a, b, writer] = clients as [RigClient, RigClient, RigClient];
  a.send('take', 'k', '0');
  b.send('take', 'k', '0');
  a.closed = true;
  rig.dispatch.disconnected(a);
  writer.send('set', 'k', 'v');
  assert.equal(b.lateNow(), '$1\r\nv\r\n');
  assert.equal(a.lateNow(), '');
});

test('who has left before it comes to wait is let go, and takes nothing', () => {
  const { rig, clients } = rigOf();
  const [a, b, writer] = clients as [RigClient, RigClient, RigClient];
  a.hasLeft = true;
  assert.equal(a.send('take', 'k', '0'), '');
  assert.equal(a.closed, true);
  b.send('take', 'k', '0');
  writer.send('set', 'k', 'v');
  assert.equal(a.lateNow(), '');
  assert.equal(b.lateNow(), '$1\r\nv\r\n');
  assert.equal(rig.services.blocked.count, 0);
});

test('another database has other keys; SWAPDB and joins wake too', () => {
  const { rig, clients } = rigOf();
  const [a, b, writer] = clients as [RigClient, RigClient, RigClient];
  a.send('take', 'k', '0');
  writer.send('select', '1');
  writer.send('set', 'k', 'v');
  assert.equal(a.lateNow(), '');
  writer.send('swapdb', '0', '1');
  assert.equal(a.lateNow(), '$1\r\nv\r\n');
  b.send('take', 'j', '0');
  rig.joinPut('j', 'joined');
  rig.timers.endTurn();
  assert.equal(b.lateNow(), '$6\r\njoined\r\n');
});

test('while writes are held nobody is served; MONITOR shows a waiting command once', () => {
  const { rig, clients } = rigOf();
  const [a, admin, monitor] = clients as [RigClient, RigClient, RigClient];
  monitor.send('monitor');
  a.send('take', 'j', '0');
  admin.send('client', 'pause', '1000', 'write');
  rig.joinPut('j', 'joined');
  rig.timers.endTurn();
  assert.equal(a.lateNow(), '');
  admin.send('client', 'unpause');
  assert.equal(a.lateNow(), '$6\r\njoined\r\n');
  assert.equal(monitor.pushed().match(/"take"/g)?.length, 1);
});

test('CLIENT UNBLOCK ends a wait as if its time were up, or with an error', () => {
  const { rig, clients } = rigOf();
  const [a, b] = clients as [RigClient, RigClient];
  a.send('take', 'k', '0');
  b.send('take', 'k', '0');
  assert.equal(rig.services.blocked.unblock(a.session.id, undefined), true);
  assert.equal(a.lateNow(), '*-1\r\n');
  assert.equal(rig.services.blocked.unblock(b.session.id, 'UNBLOCKED it is over'), true);
  assert.equal(b.lateNow(), '-UNBLOCKED it is over\r\n');
  assert.equal(rig.services.blocked.unblock(b.session.id, undefined), false);
});

test('who may no more when a key comes, or may not write, gets an error and takes nothing', () => {
  const { rig, clients } = rigOf();
  const [bob, admin] = clients as [RigClient, RigClient];
  admin.send('ACL', 'SETUSER', 'bob', 'on', 'nopass', '~secret', '~ok', '+take');
  bob.send('AUTH', 'bob', 'x');
  assert.equal(bob.send('take', 'secret', '0'), '');
  admin.send('ACL', 'SETUSER', 'bob', 'resetkeys', '~ok');
  admin.send('SET', 'secret', 'v');
  assert.match(bob.lateNow(), /^-NOPERM No permissions to access a key/);
  assert.equal(admin.send('GET', 'secret'), '$1\r\nv\r\n');
  assert.equal(bob.send('take', 'ok', '0'), '');
  rig.refusal = 'MISCONF Errors writing to the AOF file: No space left on device';
  rig.joinPut('ok', 'v');
  rig.timers.endTurn();
  assert.equal(bob.lateNow(), `-${rig.refusal}\r\n`);
  assert.equal(admin.send('EXISTS', 'ok'), ':1\r\n');
  assert.equal(rig.services.blocked.count, 0);
});
