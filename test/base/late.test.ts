import assert from 'node:assert/strict';
import { test } from 'node:test';
import { late } from '../../src/base/late.ts';

test('a module is loaded at its first use, and once', () => {
  const zlib = late<typeof import('node:zlib')>('node:zlib');
  assert.equal(zlib().crc32.length, late<typeof import('node:zlib')>('node:zlib')().crc32.length);
  assert.equal(zlib(), zlib());
});

test('a module that is not there is missed only when it is asked for', () => {
  const missing = late('no-such-package-anywhere');
  assert.throws(missing, { code: 'MODULE_NOT_FOUND' });
});
