import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { codeOf, isGenerated, read, runtimeImportsOf, sourcesIn } from './sources.ts';
import { testedElsewhere } from './tested-elsewhere.ts';

const sources = sourcesIn('src').filter((path) => !isGenerated(path));
const tests = sourcesIn('test');

/** The `//` or block comment that a file opens with, after a possible shebang line. */
function openingOf(text: string): string {
  const body = text.replace(/^#!.*\n/, '');
  return /^(?:\/\/.*\n)+|^\/\*[\s\S]*?\*\//.exec(body)?.[0] ?? '';
}

function sentencesIn(comment: string): number {
  const plain = comment.replace(/^\/\/ ?/gm, '').replace(/^\/\*+|\*+\/$/g, '');
  return plain.match(/[.!?](?=\s|$)/g)?.length ?? 0;
}

/** A command's file says in one sentence what Redis's own page says at length. */
function sentencesMin(path: string): number {
  return /^src\/commands\/[^/]+\//.test(path) ? 1 : 2;
}

test('every file of src opens with a comment of two sentences or more, a command of one', () => {
  assert.deepEqual(
    sources.filter((path) => sentencesIn(openingOf(read(path))) < sentencesMin(path)),
    [],
    'say what the file is and what it must not know',
  );
});

/** Lines of code are the formatter's; drawings of layouts, which have wide gaps, are as wide as they must be. */
const commentColumnsMax = 120;

test('comments are no wider than 120 columns', () => {
  const isWideComment = (line: string): boolean =>
    line.length > commentColumnsMax && /^\s*(\/\/|\/?\*)/.test(line) && !/\S {2,}\S/.test(line);
  const found = [...sources, ...tests].flatMap((path) =>
    read(path)
      .split('\n')
      .filter(isWideComment)
      .map((line) => `${path}: ${line}`),
  );
  assert.deepEqual(found, []);
});

test('file names are kebab-case', () => {
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|generated|d))?\.ts$/;
  assert.deepEqual(
    [...sources, ...tests].filter((path) => !kebab.test(basename(path))),
    [],
  );
});

test('no escape from the types, no default export, nothing left to do', () => {
  const forbidden: readonly [string, RegExp, boolean][] = [
    ['any', /[:<|&,]\s*any\b|\bas any\b|\bany\[\]/, true],
    ['as unknown as', /\bas unknown as\b/, true],
    ['default export', /^export default\b|\bas default\b/m, true],
    ['a mark of unfinished work', /\b(TODO|FIXME|XXX|HACK)\b/, false],
    ['a silenced tool', /biome-ignore|@ts-(ignore|nocheck|expect-error)/, false],
  ];
  const found = [...sources, ...tests.filter((path) => !path.startsWith('test/house/'))].flatMap((path) => {
    const text = read(path);
    const code = codeOf(text);
    return forbidden
      .filter(([, pattern, codeOnly]) => pattern.test(codeOnly ? code : text))
      .map(([what]) => `${path}: ${what}`);
  });
  assert.deepEqual(found, []);
});

const emptyWords = new Set(['manager', 'helper', 'helpers', 'util', 'utils', 'common', 'impl']);

test('no name says Manager, Helper, Util, Common or Impl; no type is a Base', () => {
  const found = sources.flatMap((path) => {
    const words = basename(path, '.ts').split('-');
    const inFile = words.some((word) => emptyWords.has(word) || word === 'base') ? [path] : [];
    const declared = codeOf(read(path)).matchAll(/\b(class|interface|type|function|const)\s+([A-Za-z]\w*)/g);
    const inNames = [...declared]
      .filter(([, kind, name = '']) => {
        const parts = name.split(/(?=[A-Z])/).map((part) => part.toLowerCase());
        const isType = kind === 'class' || kind === 'interface' || kind === 'type';
        return parts.some((part) => emptyWords.has(part)) || (isType && parts[0] === 'base');
      })
      .map(([, , name]) => `${path}: ${name}`);
    return [...inFile, ...inNames];
  });
  assert.deepEqual(found, []);
});

/** Types alone need no test: they are gone when the program runs. */
function hasCode(path: string): boolean {
  return /^export (async )?(const|let|function|class)\b/m.test(read(path));
}

function testOf(path: string): string {
  return `${path.replace(/^src/, 'test').slice(0, -'.ts'.length)}.test.ts`;
}

/** `store` for src/store/a/b.ts and test/store/c.test.ts, `node` for src/node.ts too. */
function partOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/(\.test)?\.ts$/, '');
}

/** Modules that the tests of the mirrored folders import, and what those import within their own part of src. */
function reachedByTests(): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const target of runtimeImportsOf(path)) if (partOf(target) === partOf(path)) visit(target);
  };
  for (const file of tests) {
    for (const target of runtimeImportsOf(file)) if (partOf(target) === partOf(file)) visit(target);
  }
  return reached;
}

/** A part of src, or a family of commands, comes into the rules with the first of its tests. */
function isEarly(path: string): boolean {
  const folder = dirname(path).replace(/^src/, 'test');
  return !tests.some((file) =>
    folder === 'test' ? partOf(file) === partOf(path) : file.startsWith(`${folder}/`),
  );
}

test('every module with code is reached by a test of its own folder, or there is a reason why not', () => {
  const reached = reachedByTests();
  const missing = sources.filter(
    (path) => hasCode(path) && !reached.has(path) && !(path in testedElsewhere) && !isEarly(path),
  );
  assert.deepEqual(
    missing,
    [],
    `write ${missing.map(testOf).join(', ')}, or say why not in tested-elsewhere.ts`,
  );
});

test('every command has a test file of its own name', () => {
  const commands = sources.filter((path) => /^export const commands?\b/m.test(read(path)) && !isEarly(path));
  const missing = commands.map(testOf).filter((file) => !existsSync(file));
  assert.deepEqual(missing, []);
});

test('the list of modules tested elsewhere names modules and tests that are there', () => {
  const stale = Object.entries(testedElsewhere)
    .flat()
    .filter((path) => !existsSync(path));
  assert.deepEqual(stale, [], 'mend test/house/tested-elsewhere.ts');
});
