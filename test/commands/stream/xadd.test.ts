import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('adds entries under ids that rise', () => {
  const node = new CommandNode();
  assert.equal(node.run('XADD s 1-1 a 1'), '1-1');
  assert.equal(node.run('XADD s 1-* a 2'), '1-2');
  assert.equal(node.run('XADD s 3 b text c 4'), '3-0');
  assert.match(String(node.run('XADD s 3-0 a 1')), /equal or smaller/);
  assert.match(String(node.run('XADD s 0-0 a 1')), /greater than 0-0/);
  assert.match(String(node.run('XADD s x a 1')), /Invalid stream ID/);
  assert.match(String(node.run('XADD s 5-0 a')), /wrong number of arguments/);
  assert.equal(node.run('XLEN s'), 3);
  assert.equal(node.run('TYPE s'), 'stream');
  assert.equal(node.run('OBJECT ENCODING s'), 'stream');
});

test('gives ids of the time, and goes on where the last one is ahead of it', () => {
  const node = new CommandNode();
  const [ms] = String(node.run('XADD s * a 1')).split('-');
  assert.equal(node.run('XADD s * a 1'), `${ms}-1`);
  assert.equal(String(node.run('XADD s 18446744073709551615-18446744073709551614 a 1')).length, 41);
  assert.equal(node.run('XADD s * a 1'), '18446744073709551615-18446744073709551615');
  assert.match(String(node.run('XADD s * a 1')), /exhausted/);
});

test('NOMKSTREAM, MAXLEN, MINID and LIMIT', () => {
  const node = new CommandNode();
  assert.equal(node.run('XADD s NOMKSTREAM 1-0 a 1'), null);
  for (let i = 1; i <= 250; i++) node.run(`XADD s ${i}-0 a ${i}`);
  node.run('XADD s MAXLEN ~ 200 251-0 a 1');
  assert.equal(node.run('XLEN s'), 251);
  node.run('XADD s MAXLEN ~ 100 252-0 a 1');
  assert.equal(node.run('XLEN s'), 152);
  node.run('XADD s MAXLEN = 10 253-0 a 1');
  assert.equal(node.run('XLEN s'), 10);
  node.run('XADD s MINID 252 254-0 a 1');
  assert.deepEqual(node.run('XRANGE s - + COUNT 1'), [['252-0', ['a', '1']]]);
  assert.match(String(node.run('XADD s MAXLEN 5 LIMIT 10 255-0 a 1')), /special ~ option/);
  assert.match(String(node.run('XADD s LIMIT 10 255-0 a 1')), /without specifying a trimming strategy/);
  assert.match(String(node.run('XADD s MAXLEN 5 MINID 3 255-0 a 1')), /not compatible/);
  assert.match(String(node.run('XADD s MAXLEN -5 255-0 a 1')), /must be >= 0/);
});

test('refuses another type, and an entry that does not fit, after which all is as it was', () => {
  const node = new CommandNode({ memoryBytes: 1024 * 1024 });
  node.run('SET k v');
  assert.match(String(node.run('XADD k * a 1')), /WRONGTYPE/);
  node.run('XADD s 1-0 a 1');
  assert.match(node.bytes('XADD', 's', '2-0', 'a', 'x'.repeat(1_100_000)).toString(), /OOM/);
  assert.match(node.bytes('XADD', 't', '2-0', 'a', 'x'.repeat(1_100_000)).toString(), /OOM/);
  assert.deepEqual(node.run('XRANGE s - +'), [['1-0', ['a', '1']]]);
  assert.equal(node.run('EXISTS t'), 0);
});
