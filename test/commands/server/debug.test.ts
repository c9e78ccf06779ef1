import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulk, Rig } from '../command-rig.ts';

test('DEBUG SLEEP blocks, the rest is unknown', () => {
  const rig = new Rig();
  const client = rig.connect();
  assert.equal(client.send('DEBUG', 'SLEEP', '0.25'), '+OK\r\n');
  assert.deepEqual(rig.slept, [250]);
  for (const seconds of ['x', '-1', '601']) {
    assert.equal(client.send('DEBUG', 'SLEEP', seconds), '-ERR value is not a valid float\r\n');
  }
  assert.equal(
    client.send('DEBUG', 'RELOAD', 'x'),
    "-ERR unknown subcommand or wrong number of arguments for 'RELOAD'. Try DEBUG HELP.\r\n",
  );
  assert.match(client.send('DEBUG', 'HELP'), /\+SLEEP <seconds>\r\n/);
});

test('DEBUG OBJECT tells of a key without touching it', () => {
  const rig = new Rig();
  const client = rig.connect();
  client.send('SET', 'a', 'v');
  rig.advance(5000);
  assert.match(
    client.send('DEBUG', 'OBJECT', 'a'),
    /^\+Value at:\d+ refcount:1 encoding:embstr lru:\d+ lru_seconds_idle:5\r\n$/,
  );
  client.send('RPUSH', 'l', 'v');
  assert.match(client.send('DEBUG', 'OBJECT', 'l'), / encoding:listpack lru:/);
  assert.equal(client.send('DEBUG', 'OBJECT', 'b'), '-ERR no such key\r\n');
});

test('DEBUG PROTOCOL shows the types, SET-ACTIVE-EXPIRE and LOG do as they say', () => {
  const rig = new Rig();
  const client = rig.connect();
  assert.equal(client.send('DEBUG', 'PROTOCOL', 'double'), '$5\r\n3.141\r\n');
  client.send('HELLO', '3');
  const shown = (type: string): string => client.send('DEBUG', 'PROTOCOL', type);
  assert.equal(shown('string'), '$11\r\nHello World\r\n');
  assert.equal(shown('integer'), ':12345\r\n');
  assert.equal(shown('null'), '_\r\n');
  assert.equal(shown('array'), '*3\r\n:0\r\n:1\r\n:2\r\n');
  assert.equal(shown('set'), '~3\r\n:0\r\n:1\r\n:2\r\n');
  assert.equal(shown('map'), '%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n');
  assert.match(shown('verbatim'), /^=29\r\ntxt:This/);
  assert.match(shown('bignum'), /^\(1234567/);
  assert.equal(shown('true') + shown('false'), '#t\r\n#f\r\n');
  for (const name of ['other', 'constructor']) {
    assert.match(shown(name), /^-ERR Wrong protocol type name\. Please use one of the following: string\|/);
  }
  const following = (kind: string): string => `Some real reply following the ${kind}`;
  assert.equal(
    shown('attrib'),
    `|1\r\n${bulk('key-popularity')}*2\r\n${bulk('key:123')}:90\r\n${bulk(following('attribute'))}`,
  );
  assert.equal(shown('push'), `>2\r\n${bulk('server-cpu-usage')}:42\r\n${bulk(following('push reply'))}`);
  client.send('HELLO', '2');
  assert.equal(shown('attrib'), bulk(following('attribute')));
  assert.equal(shown('push'), '-ERR RESP2 is not supported by this command\r\n');
  assert.equal(client.send('DEBUG', 'SET-ACTIVE-EXPIRE', '0'), '+OK\r\n');
  assert.equal(rig.store.purgesInBackground, false);
  assert.equal(client.send('DEBUG', 'SET-ACTIVE-EXPIRE', '1'), '+OK\r\n');
  assert.equal(client.send('DEBUG', 'LOG', 'hello'), '+OK\r\n');
});
