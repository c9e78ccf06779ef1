// Writes the tables of docs/ that are made from the code: the configuration keys of docs/configuration.md, between its
// two marker lines. A test holds that they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configTable } from '../.build/src/config/describe.js';

const file = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'configuration.md');
const text = readFileSync(file, 'utf8');
const marked = /(<!-- keys -->\n)[\s\S]*(<!-- end of keys -->)/;
writeFileSync(
  file,
  text.replace(marked, (_, before, after) => `${before}\n${configTable()}\n${after}`),
);
