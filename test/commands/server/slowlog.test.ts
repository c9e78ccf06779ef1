import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulk, Rig } from '../command-rig.ts';
import { testScripts } from '../side-by-side.ts';

test('SLOWLOG keeps what took long, newest first, with arguments cut short and no secrets', () => {
  const rig = new Rig();
  const a = rig.connect();
  a.send('config', 'set', 'slowlog-log-slower-than', '0');
  a.send('slowlog', 'reset');
  a.send('client', 'setname', 'me');
  a.send('set', 'k', 'x'.repeat(200));
  a.send('auth', 'user', 'secret');
  const text = a.send('slowlog', 'get');
  assert.equal(text.includes('secret'), false);
  assert.ok(text.includes(bulk('(redacted)')));
  assert.ok(text.includes(bulk(`${'x'.repeat(128)}... (72 more bytes)`)));
  assert.ok(text.includes(`${bulk(a.session.address)}${bulk('me')}`));
  assert.ok(text.indexOf('auth') < text.indexOf('setname'));
  a.send('mset', ...Array.from({ length: 40 }, (_, i) => String(i)));
  assert.ok(a.send('slowlog', 'get', '1').includes(bulk('... (10 more arguments)')));
});

test('SLOWLOG keeps no more than slowlog-max-len; -1 keeps none; EXEC is not in it, its commands are', () => {
  const rig = new Rig();
  const a = rig.connect();
  a.send('config', 'set', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '3');
  for (let i = 0; i < 5; i++) a.send('ping');
  assert.equal(a.send('slowlog', 'len'), ':3\r\n');
  a.send('multi');
  a.send('get', 'k');
  a.send('exec');
  const text = a.send('slowlog', 'get', '-1');
  assert.equal(text.includes(bulk('exec')), false);
  assert.ok(text.includes(bulk('get') + bulk('k')));
  a.send('config', 'set', 'slowlog-log-slower-than', '-1');
  a.send('slowlog', 'reset');
  a.send('ping');
  assert.equal(a.send('slowlog', 'len'), ':0\r\n');
});

testScripts({
  'what is refused is refused in the words of redis-server': `a> slowlog get -2
       a> slowlog get x
       a> slowlog get 1 2
       a> slowlog nonsense
       a> slowlog reset
       a> slowlog len
       a> config get slowlog-max-len
       a> config get latency-monitor-threshold
       a> latency latest
       a> latency history command
       a> latency graph command
       a> latency reset
       a> latency reset command
       a> latency nonsense
       a> latency histogram nonsense`,
});

test('a command that waits is noted when it is served, behind the one that served it', () => {
  const rig = new Rig();
  const [a, b] = [rig.connect(), rig.connect()];
  a.send('config', 'set', 'slowlog-log-slower-than', '0');
  b.send('blpop', 'l', '0');
  assert.equal(a.send('slowlog', 'get', '-1').includes('blpop'), false);
  a.send('lpush', 'l', 'x');
  const text = a.send('slowlog', 'get', '-1');
  assert.ok(text.indexOf('blpop') > 0);
  assert.ok(text.indexOf('blpop') < text.indexOf('lpush'));
});
