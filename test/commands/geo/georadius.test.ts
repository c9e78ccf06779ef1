import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';
import { CommandNode } from '../harness.ts';

test('searches a circle, and may store what it finds', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania'), 2);
  assert.deepEqual(node.run('GEORADIUS g 15 37 200 km ASC'), ['Catania', 'Palermo']);
  assert.deepEqual(node.run('GEORADIUS_RO g 15 37 100 km WITHDIST'), [['Catania', '56.4413']]);
  assert.deepEqual(node.run('GEORADIUSBYMEMBER g Palermo 200 km'), ['Palermo', 'Catania']);
  assert.deepEqual(node.run('GEORADIUSBYMEMBER_RO g Palermo 1 km'), ['Palermo']);
  assert.deepEqual(node.run('GEORADIUS g 15 37 200 km STORE d'), 2);
  assert.deepEqual(node.run('ZCARD d'), 2);
  assert.deepEqual(node.run('GEORADIUS_RO g 15 37 200 km STORE d'), '-ERR syntax error');
  assert.deepEqual(
    node.run('GEORADIUS g 15 37 200 km STORE d WITHDIST'),
    '-ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options',
  );
});

test('of several destinations the last is the one written to, and a user must be allowed that', () => {
  const rig = new Rig();
  const [admin, bob] = [rig.connect(), rig.connect()];
  admin.send('ACL', 'SETUSER', 'bob', 'on', 'nopass', '~ok', '+@all');
  admin.send('GEOADD', 'ok', '0', '0', 'here');
  bob.send('AUTH', 'bob', 'x');
  const forms = [
    ['GEORADIUS', 'ok', '0', '0', '1', 'm'],
    ['GEORADIUSBYMEMBER', 'ok', 'here', '1', 'm'],
  ];
  for (const form of forms) {
    for (const word of ['STORE', 'STOREDIST']) {
      const reply = bob.send(...form, 'STORE', 'ok', word, 'secret');
      assert.match(reply, /^-NOPERM No permissions to access a key/);
    }
    assert.equal(admin.send('EXISTS', 'secret'), ':0\r\n');
    assert.equal(
      admin.send('COMMAND', 'GETKEYS', ...form, 'STORE', 'a', 'STORE', 'b'),
      '*2\r\n$2\r\nok\r\n$1\r\nb\r\n',
    );
    assert.equal(bob.send(...form, 'STORE', 'secret', 'STOREDIST', 'ok'), ':1\r\n');
    admin.send('DEL', 'ok');
    admin.send('GEOADD', 'ok', '0', '0', 'here');
  }
});
