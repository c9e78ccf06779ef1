// Writes the tables of docs/ that are made from the code, each between its two marker lines: the configuration keys of
// docs/configuration.md, the commands of docs/compatibility.md and the metrics of docs/metrics.md. A test holds that
// they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandTables } from '../.build/src/commands/describe.js';
import { commandList } from '../.build/src/commands/list.generated.js';
import { configTable } from '../.build/src/config/describe.js';
import { metricsTable } from '../.build/src/node/node-metrics.js';

const docs = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs');

function fill(name, mark, table) {
  const file = join(docs, name);
  const marked = new RegExp(`(<!-- ${mark} -->\\n)[\\s\\S]*(<!-- end of ${mark} -->)`);
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text.replace(marked, (_, before, after) => `${before}\n${table}\n${after}`),
  );
}

fill('configuration.md', 'keys', configTable());
fill('metrics.md', 'metrics', metricsTable());
fill('compatibility.md', 'commands', `${commandTables(commandList)}\n`);
