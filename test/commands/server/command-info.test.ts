import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

const keySpecification =
  '$5\r\nflags\r\n*2\r\n+RO\r\n+access\r\n$12\r\nbegin_search\r\n*4\r\n$4\r\ntype\r\n$5\r\nindex\r\n$4\r\nspec\r\n' +
  '*2\r\n$5\r\nindex\r\n:1\r\n$9\r\nfind_keys\r\n*4\r\n$4\r\ntype\r\n$5\r\nrange\r\n$4\r\nspec\r\n*6\r\n$7\r\nlastkey\r\n' +
  ':0\r\n$7\r\nkeystep\r\n:1\r\n$5\r\nlimit\r\n:0\r\n';

test('COMMAND INFO has ten fields, as Redis 7 shapes them', () => {
  const client = new Rig().connect();
  const get =
    '*10\r\n$3\r\nget\r\n:2\r\n*2\r\n+readonly\r\n+fast\r\n:1\r\n:1\r\n:1\r\n*3\r\n+@read\r\n+@string\r\n+@fast\r\n' +
    `*0\r\n*1\r\n*6\r\n${keySpecification}*0\r\n`;
  assert.equal(client.send('COMMAND', 'INFO', 'GET'), `*1\r\n${get}`);
  assert.equal(client.send('COMMAND', 'INFO', 'foo', 'get'), `*2\r\n$-1\r\n${get}`);
});

test('COMMAND INFO in RESP3 has sets and maps, and nil for what is none', () => {
  const client = new Rig().connect();
  client.send('HELLO', '3');
  const get = client.send('COMMAND', 'INFO', 'get');
  assert.ok(get.startsWith('*1\r\n*10\r\n$3\r\nget\r\n:2\r\n~2\r\n+readonly\r\n+fast\r\n'));
  assert.ok(get.includes('~1\r\n%3\r\n$5\r\nflags\r\n~2\r\n+RO\r\n+access\r\n'));
  assert.equal(client.send('COMMAND', 'INFO', 'foo'), '*1\r\n_\r\n');
  assert.match(client.send('COMMAND', 'INFO', 'config'), /~1\r\n\+@slow\r\n~0\r\n~0\r\n\*5\r\n\*10\r\n/);
});

test('COMMAND INFO of subcommands and of containers', () => {
  const client = new Rig().connect();
  assert.equal(
    client.send('COMMAND', 'INFO', 'config|get'),
    '*1\r\n*10\r\n$10\r\nconfig|get\r\n:-3\r\n*4\r\n+admin\r\n+noscript\r\n+loading\r\n+stale\r\n:0\r\n:0\r\n:0\r\n' +
      '*3\r\n+@admin\r\n+@slow\r\n+@dangerous\r\n*0\r\n*0\r\n*0\r\n',
  );
  assert.match(client.send('COMMAND', 'INFO', 'config'), /\*5\r\n\*10\r\n\$10\r\nconfig\|get\r\n/);
  assert.equal(client.send('COMMAND', 'INFO', 'config|nope', 'get|x|y'), '*2\r\n$-1\r\n$-1\r\n');
});
