// The project's own files as the house tests read them: paths relative to the project, with '/', and texts. Tests run
// with the project's root as working directory.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** All .ts files under `dir`, sorted, as `src/a/b.ts`. */
export function sourcesIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).split(sep).join('/'))
    .sort();
}

export function read(path: string): string {
  return readFileSync(path, 'utf8');
}

export function isGenerated(path: string): boolean {
  return path.endsWith('.generated.ts');
}

function importsMatching(path: string, pattern: RegExp): string[] {
  return [...read(path).matchAll(pattern)].map((match) =>
    join(path, '..', match[1] ?? '')
      .split(sep)
      .join('/'),
  );
}

/** Project files that `path` imports or re-exports, types included, as paths like its own. */
export function importsOf(path: string): string[] {
  return importsMatching(path, /(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'(\.[^']+)'/gm);
}

/** The same without `import type` and `export type`, which are gone when the program runs. */
export function runtimeImportsOf(path: string): string[] {
  return importsMatching(
    path,
    /(?:^(?:import|export)\s+(?!type\b)(?:[^;']*\sfrom\s+)?|\bimport\s*\(\s*)'(\.[^']+)'/gm,
  );
}

/** `text` without comments and with the insides of strings emptied, roughly: enough to look for words in code. */
export function codeOf(text: string): string {
  return text
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}
