import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tokens } from '../../src/sync/tokens.ts';

test('bare tokens are for anybody, bound ones for their node', () => {
  const tokens = new Tokens(['s3cret', 'edge-1:abc', 'has space:x']);
  assert.deepEqual(tokens.accept('s3cret', 'edge-9'), { nodeId: 'edge-9' });
  assert.deepEqual(tokens.accept('s3cret', undefined), { nodeId: undefined });
  assert.deepEqual(tokens.accept('abc', 'edge-1'), { nodeId: 'edge-1' });
  assert.deepEqual(tokens.accept('abc', undefined), { nodeId: 'edge-1' });
  assert.equal(tokens.accept('abc', 'edge-2'), false);
  assert.equal(tokens.accept('wrong', 'edge-1'), false);
  assert.equal(tokens.accept('', undefined), false);
  assert.deepEqual(tokens.accept('has space:x', undefined), { nodeId: undefined });
});

test('no tokens accept nothing', () => {
  assert.equal(new Tokens([]).isEmpty, true);
  assert.equal(new Tokens([]).accept('', undefined), false);
});
