import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkDirectory } from '../../src/cli/check.ts';
import { headerBytes, segmentName } from '../../src/journal/file-header.ts';
import { recordOutput } from './scripted-node.ts';

test('an empty directory is sound', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ferrite-cli-check-'));
  try {
    const { outLines, output } = recordOutput();
    assert.equal(checkDirectory(dir, false, output), 0);
    assert.deepEqual(outLines, [`${dir}: a node can start from this`]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('damage is named with the way to repair it, and is gone after the repair', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ferrite-cli-check-'));
  try {
    writeFileSync(join(dir, segmentName(0)), Buffer.alloc(headerBytes + 1000, 'x'));
    const found = recordOutput();
    assert.equal(checkDirectory(dir, false, found.output), 1);
    assert.match(found.outLines[0] ?? '', /: segment, 1064 bytes, 0 blocks, 0 records: damaged$/);
    assert.match(found.errLines[0] ?? '', /^problem: /);
    assert.equal(found.errLines.at(-1), `to repair: ferrite-ts check --repair ${dir}`);
    const repaired = recordOutput();
    assert.equal(checkDirectory(dir, true, repaired.output), 0);
    assert.ok(repaired.outLines.some((line) => line.startsWith('repaired: ')));
    assert.ok(repaired.outLines.some((line) => line.startsWith('lost: ')));
    assert.equal(checkDirectory(dir, false, recordOutput().output), 0);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
