import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Password } from '../../src/commands/password.ts';

test('a password admits the default user only, and whoever comes where none is set', () => {
  const password = new Password('secret');
  assert.equal(password.isSet, true);
  assert.equal(password.admits('default', Buffer.from('secret')), true);
  assert.equal(password.admits('default', Buffer.from('secreT')), false);
  assert.equal(password.admits('default', Buffer.from('')), false);
  assert.equal(password.admits('nobody', Buffer.from('secret')), false);
  password.set('');
  assert.equal(password.isSet, false);
  assert.equal(password.admits('default', Buffer.from('anything')), true);
  assert.equal(password.admits('nobody', Buffer.from('anything')), false);
  assert.equal(JSON.stringify(new Password('secret')).includes('secret'), false);
});
