// Changes values in the text of a configuration file and leaves everything else as people wrote it: order, comments,
// spaces. A key that stands there gets its new value in its place; one that does not is added to its table, or with it
// at the end. What is written in a way that this cannot change (a value over several lines, an inline table) throws.
import { FerriteError } from '../base/errors.ts';
import { locateKeys } from './locate-keys.ts';

/** A string in quotes, or a number or a word, up to a comment or the end of the line. */
const simpleValue = /^(\s*[^=]+=\s*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^"'[{#\s][^#]*?)(\s*(?:#.*)?)$/;

/** `changes`: dotted keys to TOML literals. Throws FerriteError CONFIG with the line that it cannot change. */
export function rewriteToml(toml: string, changes: ReadonlyMap<string, string>): string {
  let text = toml;
  for (const [key, literal] of changes) text = setKey(text, key, literal);
  return text;
}

function setKey(toml: string, key: string, literal: string): string {
  const at = locateKeys(toml).get(key);
  const lines = toml.split('\n');
  if (at === undefined) return addKey(lines, key, literal);
  const line = lines[at - 1] ?? '';
  const carriage = line.endsWith('\r') ? '\r' : '';
  const match = simpleValue.exec(carriage === '' ? line : line.slice(0, -1));
  if (match === null || !(match[1] ?? '').includes(lastOf(key))) {
    throw new FerriteError('CONFIG', `line ${at}: ${key} is written in a way that is not rewritten`);
  }
  lines[at - 1] = `${match[1]}${literal}${match[3]}${carriage}`;
  return lines.join('\n');
}

function addKey(lines: string[], key: string, literal: string): string {
  const table = key.slice(0, key.lastIndexOf('.'));
  const header = locateHeader(lines, table);
  const line = `${lastOf(key)} = ${literal}`;
  if (header < 0) {
    const text = lines.join('\n').trimEnd();
    return `${text === '' ? '' : `${text}\n\n`}[${table}]\n${line}\n`;
  }
  let end = lines.findIndex((other, i) => i > header && /^\s*\[/.test(other));
  if (end < 0) end = lines.length;
  while (end > header + 1 && (lines[end - 1] ?? '').trim() === '') end -= 1;
  return [...lines.slice(0, end), line, ...lines.slice(end)].join('\n');
}

function locateHeader(lines: readonly string[], table: string): number {
  return lines.findIndex((line) => /^\s*\[([^[\]]+)\]/.exec(line)?.[1]?.replaceAll(/\s/g, '') === table);
}

function lastOf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}
