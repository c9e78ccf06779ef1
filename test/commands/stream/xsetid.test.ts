import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('sets the last id, not below what the stream has', () => {
  const node = new CommandNode();
  node.run('XADD s 5 f v');
  assert.equal(node.run('XSETID s 200-0'), 'OK');
  assert.match(String(node.run('XADD s 199 f v')), /equal or smaller/);
  assert.equal(node.run('XADD s 200-* f v'), '200-1');
  assert.match(String(node.run('XSETID s 100')), /target stream top item/);
  assert.match(String(node.run('XSETID none 1')), /no such key/);
  node.run('XDEL s 200-1');
  assert.match(String(node.run('XSETID s 199')), /current max_deleted_entry_id/);
});

test('ENTRIESADDED and MAXDELETEDID', () => {
  const node = new CommandNode();
  node.run('XADD s 5 f v');
  assert.equal(node.run('XSETID s 300 ENTRIESADDED 42 MAXDELETEDID 200'), 'OK');
  assert.match(String(node.run('XSETID s 400 ENTRIESADDED -1 MAXDELETEDID 0-0')), /must be positive/);
  assert.match(String(node.run('XSETID s 400 ENTRIESADDED 0 MAXDELETEDID 0-0')), /target stream length/);
  assert.match(String(node.run('XSETID s 100 ENTRIESADDED 9 MAXDELETEDID 101')), /provided max_deleted/);
  assert.match(String(node.run('XSETID s 100')), /current max_deleted/);
});

test('entries are counted up to what a record can tell, and no further', () => {
  const node = new CommandNode();
  node.run('XADD s 5 f v');
  assert.equal(node.run('XSETID s 5 ENTRIESADDED 9007199254740991'), 'OK');
  for (const id of ['6-0', '7-0']) assert.equal(node.run(`XADD s ${id} f v`), id);
  assert.match(JSON.stringify(node.run('XINFO STREAM s')), /"entries-added",9007199254740991/);
});
