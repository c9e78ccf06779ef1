import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('COMMAND and COMMAND COUNT know all commands', () => {
  const rig = new Rig();
  const client = rig.connect();
  const { size } = rig.services.table;
  assert.equal(client.send('COMMAND', 'COUNT'), `:${size}\r\n`);
  const all = client.send('COMMAND');
  assert.ok(all.startsWith(`*${size}\r\n*10\r\n`));
  assert.equal(client.send('COMMAND', 'INFO'), all);
  assert.ok(!all.includes('*-1'));
  assert.equal(client.send('COMMAND', 'FOO'), "-ERR unknown subcommand 'FOO'. Try COMMAND HELP.\r\n");
  assert.match(client.send('COMMAND', 'HELP'), /\+GETKEYS <command> /);
});
