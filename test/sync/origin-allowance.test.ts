import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Origins, originName } from '../../src/delta/origins.ts';
import { broughtMax, OriginAllowance } from '../../src/sync/origin-allowance.ts';

test('one peer brings half of the origins that there is room for at most', () => {
  const origins = new Origins();
  const known = origins.intern('hub/00000001');
  const [a, b] = [new OriginAllowance(origins), new OriginAllowance(origins)];
  for (let i = 0; i < broughtMax; i++) a.intern(originName('a', i));
  assert.throws(() => a.intern('x/00000001'), { code: 'MEMORY' });
  assert.equal(a.intern('hub/00000001'), known);
  const brought = b.intern('x/00000001');
  assert.equal(a.intern('x/00000001'), brought);
  assert.equal(Buffer.from(a.bytes(brought)).toString(), 'x/00000001');
});
