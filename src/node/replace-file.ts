// A text file that is replaced in one step: whoever reads it meanwhile, or after a crash, finds the old text or the new
// one. Where its name is a symbolic link, that stays, and what it leads to is replaced.
import { existsSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Puts `text` in the place of the file `name`, if there is one. Throws what the system says; then nothing has changed.
 */
export function replaceFile(name: string, text: string, encoding: 'utf8' | 'latin1', mode: number): void {
  const path = existsSync(name) ? realpathSync(name) : name;
  const draft = `${path}.tmp`;
  try {
    writeFileSync(draft, text, { encoding, mode, flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
