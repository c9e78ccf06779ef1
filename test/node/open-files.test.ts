import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientsThatFit, openFilesMax, openFilesMaxOf } from '../../src/node/open-files.ts';

test('the limit of open files is read from what Linux says', () => {
  const limits =
    'Limit                     Soft Limit           Hard Limit           Units     \n' +
    'Max processes             94000                94000                processes \n' +
    'Max open files            1024                 4096                 files     \n';
  assert.equal(openFilesMaxOf(limits), 1024);
  assert.equal(
    openFilesMaxOf('Max open files            unlimited            unlimited            files\n'),
    undefined,
  );
  assert.equal(openFilesMaxOf(''), undefined);
  assert.ok((openFilesMax() ?? 1) > 0);
});

test('clients leave room for what the node opens', () => {
  assert.equal(clientsThatFit(10_000, undefined), 10_000);
  assert.equal(clientsThatFit(10_000, 1_048_576), 10_000);
  assert.equal(clientsThatFit(10_000, 1024), 960);
  assert.equal(clientsThatFit(10_000, 20), 1);
});
