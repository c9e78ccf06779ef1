import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('BGREWRITEAOF starts a snapshot', () => {
  const rig = new Rig({ persistent: true });
  let started = 0;
  rig.journal.snapshot = () => {
    started += 1;
    return new Promise(() => {});
  };
  const client = rig.connect();
  assert.equal(client.send('BGREWRITEAOF'), '+Background append only file rewriting started\r\n');
  assert.equal(started, 1);
  rig.journal.save.inProgress = true;
  assert.equal(
    client.send('BGREWRITEAOF'),
    '-ERR Background append only file rewriting already in progress\r\n',
  );
  assert.equal(new Rig().connect().send('BGREWRITEAOF'), '-ERR persistence is off\r\n');
});
