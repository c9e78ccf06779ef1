import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('RESET sets the session back', () => {
  const client = new Rig({ password: 'secret' }).connect();
  client.send('HELLO', '3', 'AUTH', 'default', 'secret', 'SETNAME', 'x');
  client.send('SELECT', '3');
  client.send('CLIENT', 'NO-TOUCH', 'ON');
  client.send('CLIENT', 'NO-EVICT', 'ON');
  assert.equal(client.send('RESET'), '+RESET\r\n');
  const { db, name, protocol, authenticated, noEvict, noTouch } = client.session;
  assert.deepEqual(
    { db, name, protocol, authenticated, noEvict, noTouch },
    { db: 0, name: '', protocol: 2, authenticated: false, noEvict: false, noTouch: false },
  );
  assert.equal(client.send('GET', 'k'), '-NOAUTH Authentication required.\r\n');
});
