import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig, textOf } from '../command-rig.ts';

test('LOLWUT draws and names both versions', () => {
  const rig = new Rig();
  const client = rig.connect();
  const lines = textOf(client.send('LOLWUT')).split('\n');
  assert.equal(lines.length, 9);
  for (const line of lines.slice(0, 6)) assert.equal(line.length, 48);
  assert.match(lines[7] ?? '', /^ferrite-ts 0\.1\.0, Redis ver\. 7\.2\.\d+$/);
  rig.advance(1000);
  assert.notEqual(textOf(client.send('LOLWUT', 'VERSION', '5')), lines.join('\n'));
  assert.equal(client.send('LOLWUT', 'x'), '-ERR syntax error\r\n');
  assert.match(client.send('LOLWUT', 'VERSION', 'x'), /^-ERR value is not an integer/);
});
