import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { read } from './sources.ts';

const decisions = readdirSync('docs/decisions').map((name) => `docs/decisions/${name}`);
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'bench/README.md',
  'src/sync/SPEC.md',
  'docs/compatibility.md',
  'docs/metrics.md',
  'docs/coverage.md',
  ...decisions,
];

/** Every file of the project that a page may speak of, as a path. */
const files = ['.', 'bench', 'config', 'docs', 'scripts', 'src', 'test'].flatMap((directory) =>
  readdirSync(directory, { recursive: directory !== '.', withFileTypes: true }).map((entry) =>
    `${entry.parentPath}/${entry.name}`.replace(/^\.\//, ''),
  ),
);

/** Names of files and directories, in backquotes; a pattern (`<family>`) is none. */
function namesIn(text: string): string[] {
  const names = text.matchAll(
    /`((?:src|test|docs|bench|scripts|config)\/[\w./-]*|[\w./-]+\.(?:ts|mjs|md|toml))`/g,
  );
  return [...names].map(([, name = '']) => name.replace(/\/$/, ''));
}

test('each file that a page names in backquotes is there', () => {
  const missing = pages.flatMap((page) =>
    namesIn(read(page))
      .filter((name) => !files.some((file) => file === name || file.endsWith(`/${name}`)))
      .map((name) => `${page}: ${name}`),
  );
  assert.deepEqual(missing, []);
});

test('each link of a page to a file, and each decision that it names by number, is there', () => {
  const missing = pages.flatMap((page) => {
    const text = read(page);
    const directory = page.slice(0, page.lastIndexOf('/') + 1);
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => `${directory}${path}`);
    const numbers = [...text.matchAll(/\bdecisions? (\d+)/gi)].map(([, n = '']) => n.padStart(4, '0'));
    return [
      ...links.filter((path) => !existsSync(path)),
      ...numbers.filter((n) => !decisions.some((path) => path.includes(`/${n}-`))),
    ].map((name) => `${page}: ${name}`);
  });
  assert.deepEqual(missing, []);
});

test('each page that README links to is in the package', () => {
  const { files: packed } = JSON.parse(read('package.json')) as { files: string[] };
  const links = [...read('README.md').matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path);
  assert.ok(links.length > 0);
  const missing = links.filter(
    (link) => !packed.some((path) => link === path || link.startsWith(`${path}/`)),
  );
  assert.deepEqual(missing, []);
});

test('ARCHITECTURE.md stays short enough to be read whole', () => {
  assert.ok(read('ARCHITECTURE.md').split('\n').length < 250);
});
