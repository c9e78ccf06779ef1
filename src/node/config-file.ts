// The configuration file on the disk, for CONFIG REWRITE: read, changed as text, and replaced as one step with the
// rights that it had. The new text is read again first, to see that it says what was asked.
import { readFileSync, statSync } from 'node:fs';
import { FerriteError } from '../base/errors.ts';
import { fieldOf, resolveKey } from '../config/layer.ts';
import { readToml } from '../config/read-toml.ts';
import { rewriteToml } from '../config/rewrite-toml.ts';
import type { ConfigKey } from '../config/schema.ts';
import { replaceFile } from './replace-file.ts';

/** Throws FerriteError CONFIG, or what the system says. */
export function rewriteConfigFile(path: string, changes: ReadonlyMap<ConfigKey, string>): void {
  const text = rewriteToml(readFileSync(path, 'utf8'), changes);
  const said = new Map(
    readToml(path, text).settings.map(({ key, given }) => [
      resolveKey(key),
      'value' in given ? given.value : given.text,
    ]),
  );
  for (const [key, literal] of changes) {
    const field = fieldOf(key);
    if (field.show(field.fromValue(said.get(key))) !== literal) {
      throw new FerriteError('CONFIG', `${key} is written in a way that is not rewritten`);
    }
  }
  replaceFile(path, text, 'utf8', statSync(path).mode & 0o777);
}
