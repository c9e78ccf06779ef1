// Runs one of the benches, with dist/ and .build/ made new where they are stale.
//   node scripts/bench.mjs NAME [argument ...]
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const benches = {
  commands: 'commands/compare.js',
  memory: 'memory/growth.js',
  collections: 'memory/collections.js',
  recovery: 'recovery/restart.js',
  pauses: 'pauses/longest.js',
  'large-commands': 'pauses/commands.js',
  'large-joins': 'pauses/joins.js',
  start: 'start/ready.js',
  sync: 'sync/upload.js',
  link: 'sync/link.js',
  edges: 'sync/edges.js',
};
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !(name in benches)) {
  process.stderr.write(`name one of ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: root });
  if (status !== 0) process.exit(status ?? 1);
}

const build = join(root, 'scripts', 'build.mjs');
run(build, '--if-stale');
run(build, '--tests', '--if-stale');
run(join(root, '.build', 'bench', benches[name]), ...rest);
