// Runs the tests: builds dist/ and .build/ when stale, then hands every *.test.js to node's runner.
//   npm test [-- path-part ...]   only the test files whose path contains one of the parts
//   --long                        properties are tried as often as they were written for, and simulations run on all of
//                                 their seeds, which CI does
//   TEST_SEED=n                   properties run on this seed: what the run that failed printed
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const parts = process.argv.slice(2).filter((a) => !a.startsWith('--'));
const isLong = process.argv.includes('--long');
const options = process.argv.slice(2).filter((a) => a.startsWith('--') && a !== '--long');

function build(...flags) {
  const args = [join(root, 'scripts', 'build.mjs'), ...flags, '--if-stale'];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
build();
build('--tests');

function walk(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? walk(join(dir, e.name)) : [join(dir, e.name)],
  );
}
const built = join(root, '.build', 'test');
const files = walk(built)
  .filter((f) => f.endsWith('.test.js') && (parts.length === 0 || parts.some((p) => f.includes(p))))
  .sort();
/** Directories whose test files have a process each: they start others, or take long. They begin first. */
const apart = ['sim', 'e2e', 'fuzz', 'server'];
/** The files of each other directory share a process, which loads and compiles the modules once. The longest first. */
const together = ['commands', 'store', 'node', 'journal', 'sync', 'resp'];

/** A file with hooks for all of its tests stays alone, since they would be for the others' tests too. */
function isAlone(file, directory) {
  return apart.includes(directory) || /^(before|after)(Each)?\(/m.test(readFileSync(file, 'utf8'));
}

/** One entry a process, which imports its test files; node's runner begins them in order of name. */
function grouped(files) {
  const groups = new Map();
  for (const file of files) {
    const path = relative(built, file).replace(/\.test\.js$/, '');
    const [directory] = path.split(sep);
    const name = isAlone(file, directory) ? path.replaceAll(sep, '-') : directory;
    const rank = [...apart, ...together, directory].indexOf(directory);
    const entry = `${String(rank).padStart(2, '0')}-${name}.test.js`;
    groups.set(entry, [...(groups.get(entry) ?? []), file]);
  }
  const directory = join(root, '.build', 'groups');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  return [...groups].map(([entry, members]) => {
    const imports = members.map((file) => `import ${JSON.stringify(pathToFileURL(file).href)};\n`);
    writeFileSync(join(directory, entry), imports.join(''));
    return join(directory, entry);
  });
}
if (files.length === 0) {
  process.stderr.write(`no test file matches ${parts.join(' ')}\n`);
  process.exit(1);
}
const seed = process.env.TEST_SEED ?? (process.env.CI ? 20_260_101 : Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`# properties run on seed ${seed}: TEST_SEED=${seed} npm test\n`);
// The runner leaves one processor idle by itself, and many of the tests wait for others: one more than there are is at
// work.
const parallel = `--test-concurrency=${availableParallelism() + 1}`;
const preload = ['--import', pathToFileURL(join(built, 'seed.js')).href];
const args = ['--enable-source-maps', ...preload, '--test', parallel, ...options, ...grouped(files)];
const run = spawnSync(process.execPath, args, {
  stdio: 'inherit',
  cwd: root,
  env: { ...process.env, TEST_SEED: String(seed), TEST_SHARE: isLong ? '1' : '0.25' },
});
process.exit(run.status ?? 1);
