import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandSpec } from '../../src/commands/command.ts';
import { readTimeoutMs, readTimeoutSeconds } from '../../src/commands/timeout.ts';
import { Rig } from './command-rig.ts';

const spec = { flags: [], group: 'generic', since: '1.0.0', summary: 'For a test.', arity: 2 } as const;
const commands: readonly CommandSpec[] = [
  { ...spec, name: 'seconds', run: (call) => call.reply.integer(readTimeoutSeconds(call, 1)) },
  { ...spec, name: 'ms', run: (call) => call.reply.integer(readTimeoutMs(call, 1)) },
];

test('times are seconds with a fraction, rounded up to ms, or ms', () => {
  const client = new Rig({ commands }).connect();
  assert.equal(client.send('seconds', '0'), ':0\r\n');
  assert.equal(client.send('seconds', '1.5'), ':1500\r\n');
  assert.equal(client.send('seconds', '0.0001'), ':1\r\n');
  assert.equal(client.send('ms', '25'), ':25\r\n');
});

test('what is no time is refused in the words of redis-server', () => {
  const client = new Rig({ commands }).connect();
  const notAFloat = '-ERR timeout is not a float or out of range\r\n';
  for (const text of ['abc', '', ' 1', 'nan']) assert.equal(client.send('seconds', text), notAFloat);
  assert.equal(client.send('seconds', '-1'), '-ERR timeout is negative\r\n');
  for (const text of ['1e18', 'inf', '+Infinity'])
    assert.equal(client.send('seconds', text), '-ERR timeout is out of range\r\n');
  assert.equal(client.send('seconds', '-inf'), '-ERR timeout is negative\r\n');
  assert.equal(client.send('seconds', '0b1'), notAFloat);
  assert.equal(client.send('ms', 'x'), '-ERR timeout is not an integer or out of range\r\n');
  assert.equal(client.send('ms', '-1'), '-ERR timeout is negative\r\n');
});
