import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf, runtimeImportsOf, sourcesIn } from './sources.ts';

/** Imports go to the left only; siblings meet in node.ts. */
const order: readonly (readonly string[])[] = [
  ['base'],
  ['resp', 'delta', 'config', 'monitor'],
  ['store'],
  ['journal'],
  ['commands', 'sync'],
  ['server', 'http', 'cli'],
  ['node'],
  ['node.ts'],
  ['program.ts'],
  ['main.ts'],
];

const sources = sourcesIn('src');

/** `src/store/a.ts` is of `store`, `src/node.ts` of `node.ts`. */
function partOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function rankOf(part: string): number {
  return order.findIndex((parts) => parts.includes(part));
}

test('every part of src has its place in the order of imports', () => {
  assert.ok(sources.length > 0);
  const homeless = [...new Set(sources.map(partOf))].filter((part) => rankOf(part) < 0);
  assert.deepEqual(homeless, [], 'give it a place in test/house/imports.test.ts and ARCHITECTURE.md');
});

test('imports go one way, and siblings do not import one another', () => {
  const wrong = sources.flatMap((path) =>
    importsOf(path)
      .filter((target) => partOf(target) !== partOf(path) && rankOf(partOf(target)) >= rankOf(partOf(path)))
      .map((target) => `${path} imports ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test('imports name files that exist, inside src', () => {
  const known = new Set(sources);
  const missing = sources.flatMap((path) =>
    importsOf(path)
      .filter((target) => !known.has(target))
      .map((target) => `${path} imports ${target}`),
  );
  assert.deepEqual(missing, []);
});

test('no import cycles when the program runs', () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) cycles.push([...trail.slice(at), path].join(' -> '));
    if (at >= 0 || done.has(path)) return;
    for (const target of runtimeImportsOf(path)) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of sources) visit(path, []);
  assert.deepEqual(cycles, []);
});
