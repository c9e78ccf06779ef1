import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandSpec } from '../../../src/commands/command.ts';
import { Rig } from '../command-rig.ts';

const wait: CommandSpec = {
  name: 'waitfor',
  arity: 2,
  flags: ['write', 'blocking'],
  group: 'generic',
  since: '1.0.0',
  summary: 'For a test.',
  run: (call) =>
    call.block({ firstKey: 1, lastKey: 1, timeoutMs: 0, onTimeout: (reply) => reply.nilArray() }),
};

test('CLIENT UNBLOCK ends a wait in one of two ways, and counts whom it helped', () => {
  const rig = new Rig({ commands: [wait] });
  const [a, b] = [rig.connect(), rig.connect()];
  const id = String(a.session.id);
  a.send('waitfor', 'k');
  assert.match(b.send('client', 'list', 'id', id), / flags=b /);
  assert.equal(b.send('client', 'unblock', id), ':1\r\n');
  assert.equal(a.lateNow(), '*-1\r\n');
  a.send('waitfor', 'k');
  assert.equal(b.send('client', 'unblock', id, 'error'), ':1\r\n');
  assert.equal(a.lateNow(), '-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n');
  assert.equal(b.send('client', 'unblock', id), ':0\r\n');
});

test('CLIENT UNBLOCK refuses in the words of redis-server', () => {
  const a = new Rig().connect();
  assert.equal(a.send('client', 'unblock', 'x'), '-ERR value is not an integer or out of range\r\n');
  assert.equal(
    a.send('client', 'unblock', '1', 'foo'),
    '-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR\r\n',
  );
});
