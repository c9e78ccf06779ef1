import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { read } from './sources.ts';

function range(letter: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `${letter}${from + i}`);
}

/** Every feature there is to be, whether it works yet or not. */
const features: ReadonlySet<string> = new Set([
  ...range('F', 1, 13),
  ...range('F', 20, 31),
  ...range('F', 40, 45),
  ...range('U', 1, 2),
  ...range('R', 1, 9),
  ...range('S', 1, 3),
  ...range('A', 1, 8),
  ...range('K', 1, 6),
  ...range('X', 1, 7),
]);

interface Row {
  readonly id: string;
  readonly file: string;
  readonly name: string;
}

/** Rows of `| id | test file | test |`, backquotes optional. */
function rowsOf(markdown: string): Row[] {
  return markdown
    .split('\n')
    .filter((line) => /^\| *[A-Z]\d+ *\|/.test(line))
    .map((line) => {
      const [, id = '', file = '', name = ''] = line
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', ''));
      return { id, file, name };
    });
}

const rows = rowsOf(read('docs/coverage.md'));

test('docs/coverage.md names only features that there are', () => {
  assert.deepEqual(
    rows.filter((row) => !features.has(row.id)),
    [],
  );
});

test('each test that docs/coverage.md names is there', () => {
  const missing = rows.filter((row) => {
    if (!/^test\/.+\.test\.ts$/.test(row.file) || !existsSync(row.file)) return true;
    const plain = read(row.file).replaceAll("\\'", "'").replaceAll('\n', ' ');
    return row.name === '' || !["'", '"', '`'].some((quote) => plain.includes(`${quote}${row.name}${quote}`));
  });
  assert.deepEqual(missing, []);
});

test('rows are read as they are written', () => {
  assert.deepEqual(
    rowsOf('| id | test file | test |\n|---|---|---|\n| F1 | `test/a.test.ts` | it works |\n'),
    [{ id: 'F1', file: 'test/a.test.ts', name: 'it works' }],
  );
});
