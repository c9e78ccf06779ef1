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
/**
 * Tests of commands are many, small, and all load the same modules: those of one directory share a process. A file
 * with hooks for all of its tests has one of its own, since a hook would be for the tests of the others too.
 */
function grouped(files) {
  const groups = new Map();
  const alone = [];
  for (const file of files) {
    const isCommand = relative(built, file).startsWith(`commands${sep}`);
    if (isCommand && !/^(before|after)(Each)?\(/m.test(readFileSync(file, 'utf8'))) {
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
