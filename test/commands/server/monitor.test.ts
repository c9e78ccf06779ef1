import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';
import { testScripts } from '../side-by-side.ts';

/** Times and addresses are each server's own. */
const withoutPlace = (text: string): string => text.replace(/\d+\.\d{6} \[(\d+) [^\]]*\]/g, 'T [$1 A]');

testScripts(
  {
    'MONITOR shows what clients run, escaped, without secrets': `m> monitor
       a> ping
       m<
       a> auth secret
       m<
       a> auth user secret
       m<
       a> hello 3 auth nobody secret setname x
       m<
       a> SELECT 2
       m<
       a> set k "q\\
       m<
       a> config get nonsense
       a> nonsense
       a> get
       a> echo \x01\x07\t~
       m<
       a> multi
       m<
       a> set k v
       a> incr k
       a> exec
       m<
       m> get k
       m> ping
       m< 
       m> reset
       a> ping
       m> get k`,
  },
  withoutPlace,
);

test('a client in a transaction cannot become a monitor; one that is gone is none', () => {
  const rig = new Rig();
  const a = rig.connect();
  a.send('multi');
  a.send('monitor');
  assert.equal(a.send('exec'), "*1\r\n-ERR MONITOR isn't allowed for DENY BLOCKING client\r\n");
  a.send('monitor');
  assert.notEqual(rig.services.attention.bits, 0);
  assert.match(a.send('client', 'info'), / flags=O /);
  rig.dispatch.disconnected(a);
  assert.equal(rig.services.attention.bits, 0);
});

test('MONITOR shows the path of a Unix socket as Redis does', () => {
  const rig = new Rig();
  const [monitor, local, gone] = [rig.connect(), rig.connect('/run/node.sock:0'), rig.connect('?:0')];
  monitor.send('MONITOR');
  local.send('PING');
  gone.send('PING');
  assert.match(monitor.pushed(), /\[0 unix:\/run\/node\.sock\] "PING"\r\n.*\[0 \?:0\] "PING"\r\n$/);
  assert.match(local.send('CLIENT', 'LIST', 'ID', '2'), / flags=U /);
  assert.match(local.send('CLIENT', 'LIST', 'ID', '3'), / flags=N /);
});
