import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopiedElements } from '../../src/store/copied-elements.ts';

test('gives back what was added, in order, however much it is', () => {
  const copied = new CopiedElements();
  const expected: string[] = [];
  for (let i = 0; i < 2000; i++) {
    const [name, value] = [Buffer.from(`xname${i}`), Buffer.from(`v${'y'.repeat(i % 7)}`)];
    copied.add(name, 1, name.length - 1, value, 0, value.length, i);
    expected.push(`name${i}=${value} ${i}`);
  }
  const found: string[] = [];
  copied.each((bytes, name, nameLength, value, valueLength, deadlineMs) => {
    const text = (at: number, length: number): string =>
      Buffer.from(bytes.subarray(at, at + length)).toString();
    found.push(`${text(name, nameLength)}=${text(value, valueLength)} ${deadlineMs}`);
  });
  assert.deepEqual(found, expected);
  assert.equal(copied.count, 2000);
});
