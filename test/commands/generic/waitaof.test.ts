import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('WAITAOF needs a disk to wait for one', () => {
  const client = new Rig().connect();
  assert.equal(
    client.send('WAITAOF', '1', '0', '0'),
    '-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.\r\n',
  );
  assert.equal(client.send('WAITAOF', '0', '0', '0'), '*2\r\n:0\r\n:0\r\n');
});

test('WAITAOF replies at once where everything is durable, and later where not', async () => {
  const rig = new Rig({ persistent: true });
  const client = rig.connect();
  assert.equal(client.send('WAITAOF', '1', '0', '0'), '*2\r\n:1\r\n:0\r\n');
  client.send('SET', 'a', 'v');
  const reply = client.send('WAITAOF', '1', '1', '0');
  rig.advance(1);
  assert.equal(reply === '' ? await client.later() : reply, '*2\r\n:1\r\n:0\r\n');
});

test('WAITAOF does not wait for a disk that fails', async () => {
  const rig = new Rig({ persistent: true });
  const tell: (() => void)[] = [];
  const journal = { failure: undefined as string | undefined, durableSeq: 0 };
  Object.defineProperties(rig.journal, {
    failure: { get: () => journal.failure },
    durableSeq: { get: () => journal.durableSeq },
    onDurable: {
      value: (listener: () => void) => {
        tell.push(listener);
        return () => {};
      },
    },
  });
  const client = rig.connect();
  client.send('SET', 'a', 'v');
  rig.advance(1);
  assert.equal(client.send('WAITAOF', '1', '0', '0'), '');
  journal.failure = 'journal: ENOSPC';
  for (const listener of tell) listener();
  assert.equal(await client.later(), '*2\r\n:0\r\n:0\r\n');
  assert.equal(client.send('WAITAOF', '1', '0', '0'), '*2\r\n:0\r\n:0\r\n');
  journal.durableSeq = rig.journal.seq;
  assert.equal(client.send('WAITAOF', '1', '0', '0'), '*2\r\n:1\r\n:0\r\n');
});

test('WAITAOF checks its arguments', () => {
  const client = new Rig({ persistent: true }).connect();
  assert.equal(
    client.send('WAITAOF', '2', '0', '0'),
    '-ERR value is out of range, value must between 0 and 1\r\n',
  );
  assert.equal(client.send('WAITAOF', '0', '-1', '0'), '-ERR value is out of range, must be positive\r\n');
  assert.equal(client.send('WAITAOF', '0', '0', '-1'), '-ERR timeout is negative\r\n');
  assert.match(client.send('WAITAOF', '0', '0', 'x'), /^-ERR timeout is not an integer/);
});
