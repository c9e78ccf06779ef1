// Builds dist/ from src/ (and .build/ for tests): writes the generated command list, runs tsc, and bundles dist/,
// because Node takes a third of a millisecond for each file of an ES module graph. Packages stay outside of the bundle.
//   --if-stale  do nothing when dist/ is newer than every source
//   --tests     compile src, test and bench into .build/ instead, file by file
//   --types     check types of everything, write nothing
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const flags = new Set(process.argv.slice(2));
const outDir = join(root, flags.has('--tests') ? '.build' : 'dist');
const stampFile = join(outDir, '.built');

function walk(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? walk(join(dir, e.name)) : [join(dir, e.name)],
  );
}

/** One export per command file: `src/commands/<family>/<name>.ts` exports const command or commands. */
function writeCommandList() {
  const base = join(root, 'src', 'commands');
  const files = readdirSync(base, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .flatMap((e) => walk(join(base, e.name)))
    .filter((f) => f.endsWith('.ts') && /^export const commands?\b/m.test(readFileSync(f, 'utf8')))
    .map((f) => `./${relative(base, f).split(sep).join('/')}`)
    .sort();
  const lines = files.map((f, i) => `import * as c${i} from '${f}';`);
  const text = [
    '// Written by scripts/build.mjs from the files of src/commands/*/; not kept in git.',
    "import type { CommandSpec } from './command.ts';",
    ...lines,
    '',
    'type CommandModule = { readonly command?: CommandSpec; readonly commands?: readonly CommandSpec[] };',
    `const modules: readonly CommandModule[] = [${files.map((_, i) => `c${i}`).join(', ')}];`,
    'export const commandList: readonly CommandSpec[] = modules.flatMap((m) => [',
    '  ...(m.command === undefined ? [] : [m.command]),',
    '  ...(m.commands ?? []),',
    ']);',
    '',
  ].join('\n');
  const target = join(base, 'list.generated.ts');
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text);
}

/** The version of package.json, for INFO, --version and the handshake of links. */
function writeVersion() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const text = [
    '// Written by scripts/build.mjs from package.json; not kept in git.',
    `export const version = '${version}';`,
    '',
  ].join('\n');
  const target = join(root, 'src', 'base', 'version.generated.ts');
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text);
}

/** The binary and the library as modules, and the program that the binary runs as a script. */
async function bundle() {
  const { buildSync } = await import('esbuild');
  const options = {
    absWorkingDir: root,
    outdir: outDir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  };
  buildSync({ ...options, entryPoints: ['src/main.ts', 'src/node.ts'], format: 'esm' });
  buildSync({
    ...options,
    entryPoints: ['src/program.ts'],
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    // What a start has to read: without comments and indentation it is 6 ms sooner, and 0.6 MB smaller.
    minifyWhitespace: true,
    lineLimit: 110,
    define: { 'import.meta.url': '__filename' },
    // A script has no loader of modules: packages that are imported late are required then.
    supported: { 'dynamic-import': false },
  });
}

function newest(files) {
  return files.reduce((max, f) => Math.max(max, statSync(f).mtimeMs), 0);
}

/** The files that the output is made from, as the stamp file lists them: one that has gone makes it stale too. */
function sourceFiles() {
  const dirs = flags.has('--tests') ? ['src', 'test', 'bench'] : ['src'];
  return [
    ...dirs.flatMap((d) => walk(join(root, d))).filter((f) => !f.endsWith('.generated.ts')),
    join(root, 'tsconfig.json'),
    join(root, 'package.json'),
    fileURLToPath(import.meta.url),
  ];
}

function stampText(sources) {
  return `${sources.map((f) => relative(root, f)).join('\n')}\n`;
}

function isFresh() {
  if (!existsSync(stampFile)) return false;
  const sources = sourceFiles();
  return (
    readFileSync(stampFile, 'utf8') === stampText(sources) && newest(sources) <= statSync(stampFile).mtimeMs
  );
}

if (flags.has('--if-stale') && isFresh()) process.exit(0);
writeCommandList();
writeVersion();
const startedAt = new Date();
const sources = sourceFiles();
const project = flags.has('--tests') || flags.has('--types') ? join(root, 'test', 'tsconfig.json') : root;
if (!flags.has('--types')) rmSync(outDir, { recursive: true, force: true });
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const isBundled = !flags.has('--types') && !flags.has('--tests');
const emit = isBundled ? ['--emitDeclarationOnly'] : flags.has('--types') ? ['--noEmit'] : [];
const result = spawnSync(process.execPath, [tsc, '-p', project, ...emit], { stdio: 'inherit' });
if (result.status !== 0) process.exit(result.status ?? 1);
if (isBundled) await bundle();
if (!flags.has('--types')) {
  mkdirSync(outDir, { recursive: true });
  const binary = join(outDir, 'main.js');
  if (existsSync(binary)) chmodSync(binary, 0o755);
  writeFileSync(stampFile, stampText(sources));
  utimesSync(stampFile, startedAt, startedAt);
}
