import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configKeys } from '../../src/config/schema.ts';
import { read, sourcesIn } from './sources.ts';

/** Used while the configuration is read, and by nobody after. */
const usedByConfig = new Set(['edge.preset', 'edge.token_env']);

function unusedKeys(): string[] {
  const code = sourcesIn('src')
    .filter((path) => !path.startsWith('src/config/') && path !== 'src/cli/arguments.ts')
    .map(read)
    .join('\n');
  return configKeys.filter((key) => !usedByConfig.has(key) && !code.includes(`'${key}'`));
}

test('every configuration key is read by some part of the program', () => {
  const unused = unusedKeys();
  assert.deepEqual(unused, [], 'a key that nothing reads is ignored without a word: wire it or take it out');
});
