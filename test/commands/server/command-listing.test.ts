import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('COMMAND LIST lists and filters', () => {
  const rig = new Rig();
  const client = rig.connect();
  const list = (...args: string[]): string => client.send('COMMAND', 'LIST', ...args);
  assert.ok(Number(list().slice(1, list().indexOf('\r'))) > rig.services.table.size);
  assert.ok(list().includes('\r\nclient|list\r\n') && list().includes('\r\nget\r\n'));
  assert.equal(list('FILTERBY', 'PATTERN', 'ECH*'), '*1\r\n$4\r\necho\r\n');
  assert.equal(list('FILTERBY', 'PATTERN', 'config|rese*'), '*1\r\n$16\r\nconfig|resetstat\r\n');
  assert.match(list('FILTERBY', 'ACLCAT', 'admin'), /\$10\r\nconfig\|set\r\n/);
  assert.equal(list('FILTERBY', 'ACLCAT', 'foo'), '*0\r\n');
  assert.equal(list('FILTERBY', 'MODULE', 'foo'), '*0\r\n');
  for (const args of [['FILTERBY', 'FOO', 'x'], ['FILTERBY'], ['foo'], ['FILTERBY', 'PATTERN', 'a', 'b']]) {
    assert.equal(list(...args), '-ERR syntax error\r\n');
  }
});
