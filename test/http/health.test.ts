import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportHealth } from '../../src/http/health.ts';

test('without a problem the status is ok', () => {
  assert.deepEqual(reportHealth([{ name: 'store', problem: () => undefined }]), {
    ok: true,
    body: '{"status":"ok"}\n',
  });
});

test('problems are named, and a check that throws is one', () => {
  const broken = {
    name: 'store',
    problem: () => {
      throw new Error('secret details');
    },
  };
  assert.deepEqual(reportHealth([{ name: 'journal', problem: () => 'disk full' }, broken]), {
    ok: false,
    body: '{"status":"unavailable","problems":{"journal":"disk full","store":"the check itself failed"}}\n',
  });
});
