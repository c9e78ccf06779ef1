// Runs the tests: builds dist/ and .build/ when stale, then hands every *.test.js to node's runner.
//   npm test [-- path-part ...]   only the test files whose path contains one of the parts
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const parts = process.argv.slice(2).filter((a) => !a.startsWith('--'));
const options = process.argv.slice(2).filter((a) => a.startsWith('--'));
const build = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--tests', '--if-stale'], {
  stdio: 'inherit',
});
if (build.status !== 0) process.exit(build.status ?? 1);

function walk(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? walk(join(dir, e.name)) : [join(dir, e.name)],
  );
}
const built = join(root, '.build', 'test');
const files = walk(built)
  .filter((f) => f.endsWith('.test.js') && (parts.length === 0 || parts.some((p) => f.includes(p))))
  .sort();
/** Where test files are many and small: those of one directory here or below share a process, which loads the modules once. */
const small = ['base', 'commands', 'config', 'delta', 'http', 'monitor', 'resp'];

/** The files to run: a file with hooks for all of its tests stays alone, since they would be for the others' tests too. */
function grouped(files) {
  const groups = new Map();
  const alone = [];
  for (const file of files) {
    const isSmall = small.includes(relative(built, file).split(sep)[0]);
    if (isSmall && !/^(before|after)(Each)?\(/m.test(readFileSync(file, 'utf8'))) {
      groups.set(dirname(file), [...(groups.get(dirname(file)) ?? []), file]);
    } else alone.push(file);
  }
  const directory = join(root, '.build', 'groups');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [of, members] of groups) {
    const entry = join(directory, `${relative(built, of).replaceAll(sep, '-')}.test.js`);
    writeFileSync(
      entry,
      members.map((file) => `import ${JSON.stringify(pathToFileURL(file).href)};\n`).join(''),
    );
    alone.push(entry);
  }
  return alone;
}
if (files.length === 0) {
  process.stderr.write(`no test file matches ${parts.join(' ')}\n`);
  process.exit(1);
}
const seed = process.env.CI
  ? ['--import', pathToFileURL(join(root, '.build', 'test', 'fixed-seed.js')).href]
  : [];
// The runner leaves one processor idle by itself, which on two is half of them.
const parallel = `--test-concurrency=${Math.max(2, availableParallelism())}`;
const args = ['--enable-source-maps', ...seed, '--test', parallel, ...options, ...grouped(files)];
const run = spawnSync(process.execPath, args, {
  stdio: 'inherit',
  cwd: root,
});
process.exit(run.status ?? 1);
