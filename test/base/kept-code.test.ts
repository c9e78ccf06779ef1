import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type KeptScript, keptScript } from '../../src/base/kept-code.ts';

function scriptIn(t: TestContext, text: string): { dir: string; file: string } {
  const dir = mkdtempSync(join(tmpdir(), 'ferrite-code-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'program.cjs');
  writeFileSync(file, text);
  return { dir, file };
}

const open = (file: string): KeptScript => keptScript(file, '(function () {', '\n})()');
const run = (kept: KeptScript): unknown => kept.script.runInThisContext();
const codeIn = (dir: string): string[] => readdirSync(dir).filter((name) => name.endsWith('.code'));

test('code is used again once it was kept', (t) => {
  const { dir, file } = scriptIn(t, 'const twice = (n) => 2 * n; return twice(21);');
  const first = open(file);
  assert.equal(first.isKept, false);
  assert.equal(run(first), 42);
  first.keep();
  assert.equal(codeIn(dir).length, 1);
  utimesSync(file, new Date(), new Date(0));
  const second = open(file);
  assert.equal(second.isKept, true);
  assert.equal(run(second), 42);
});

test('another script of the same length does not run as the one before', (t) => {
  const { file } = scriptIn(t, 'return 1;');
  const first = open(file);
  run(first);
  first.keep();
  writeFileSync(file, 'return 2;');
  const second = open(file);
  assert.equal(second.isKept, false);
  assert.equal(run(second), 2);
});

test('damaged code is not used', (t) => {
  const { dir, file } = scriptIn(t, 'const parts = [1, 2, 3]; return parts.map((n) => n + 1).join();');
  const first = open(file);
  run(first);
  first.keep();
  const codeFile = join(dir, codeIn(dir)[0]!);
  const code = readFileSync(codeFile);
  for (let at = 0; at < code.length; at += 97) {
    const damaged = Buffer.from(code);
    damaged[at]! ^= 0x10;
    writeFileSync(codeFile, damaged);
    assert.equal(open(file).isKept, false, `at ${at}`);
  }
  for (const length of [0, 3, 4, code.length - 1]) {
    writeFileSync(codeFile, code.subarray(0, length));
    const kept = open(file);
    assert.equal(kept.isKept, false);
    assert.equal(run(kept), '2,3,4');
  }
});

test('where nothing can be written the script runs all the same', (t) => {
  const { dir, file } = scriptIn(t, 'return 7;');
  const kept = open(file);
  rmSync(file);
  rmSync(dir, { recursive: true });
  assert.equal(run(kept), 7);
  kept.keep();
});

test('what could not be put in its place leaves nothing behind', (t) => {
  const { dir, file } = scriptIn(t, 'return 9;');
  const kept = open(file);
  run(kept);
  kept.keep();
  const codeFile = join(dir, codeIn(dir)[0]!);
  rmSync(codeFile);
  mkdirSync(codeFile);
  const before = readdirSync(dir);
  kept.keep();
  assert.deepEqual(readdirSync(dir), before);
});
