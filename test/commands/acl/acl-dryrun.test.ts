import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulk, Rig } from '../command-rig.ts';

test('DRYRUN says what would be refused, and runs nothing', () => {
  const client = new Rig().connect();
  client.send(
    'ACL',
    'SETUSER',
    'u',
    '+get',
    '+set',
    '+config|get',
    '+publish',
    '+psubscribe',
    '&ok*',
    '%R~r*',
    '%W~w*',
  );
  const said = (...args: string[]): string => client.send('ACL', 'DRYRUN', 'u', ...args);
  assert.equal(said('GET', 'r'), '+OK\r\n');
  assert.equal(said('set', 'w', 'v'), '+OK\r\n');
  assert.equal(said('GET', 'w'), bulk("This user has no permissions to access the 'w' key"));
  assert.equal(said('DEL', 'w'), bulk("This user has no permissions to run the 'del' command"));
  assert.equal(said('CONFIG', 'GET', 'x'), '+OK\r\n');
  assert.equal(
    said('CONFIG', 'SET', 'x', 'y'),
    bulk("This user has no permissions to run the 'config|set' command"),
  );
  assert.equal(said('PUBLISH', 'ok1', 'x'), '+OK\r\n');
  assert.equal(said('PUBLISH', 'no', 'x'), bulk("This user has no permissions to access the 'no' channel"));
  assert.equal(said('PSUBSCRIBE', 'ok*'), '+OK\r\n');
  assert.equal(said('PSUBSCRIBE', 'ok1'), bulk("This user has no permissions to access the 'ok1' channel"));
  assert.equal(said('AUTH', 'x'), '+OK\r\n');
  assert.equal(said('GET'), "-ERR wrong number of arguments for 'get' command\r\n");
  assert.equal(said('foo'), "-ERR Command 'foo' not found\r\n");
  assert.equal(client.send('ACL', 'DRYRUN', 'nobody', 'GET', 'a'), "-ERR User 'nobody' not found\r\n");
  assert.equal(client.send('EXISTS', 'w'), ':0\r\n');
});

test('DRYRUN finds keys behind numbers', () => {
  const client = new Rig().connect();
  client.send('ACL', 'SETUSER', 'u', '+@all', '%R~read*', '%RW~rw*');
  const said = (...args: string[]): string => client.send('ACL', 'DRYRUN', 'u', ...args);
  assert.equal(said('EVAL', '', '1', 'rw1'), '+OK\r\n');
  assert.equal(said('EVAL', '', '1', 'read'), bulk("This user has no permissions to access the 'read' key"));
  assert.equal(said('EVAL_RO', '', '1', 'read'), '+OK\r\n');
  assert.equal(said('EVAL', '', '0', 'read'), '+OK\r\n');
  assert.equal(said('EVAL', '', '-1', 'read'), '+OK\r\n');
  assert.equal(said('EVAL', '', '3', 'rw', 'rw'), '+OK\r\n');
});
