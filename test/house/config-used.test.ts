import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configKeys } from '../../src/config/schema.ts';
import { read, sourcesIn } from './sources.ts';

/** Used while the configuration is read, and by nobody after. */
const usedByConfig = new Set(['edge.preset', 'edge.token_env']);

/** Keys, by how they begin, of parts that are still to be wired: to be taken out with the wiring. */
const notYetWired: readonly string[] = ['sync.', 'store.maxmemory_policy', 'hub.', 'http.'];

function unusedKeys(): string[] {
  const code = sourcesIn('src')
    .filter((path) => !path.startsWith('src/config/') && path !== 'src/cli/arguments.ts')
    .map(read)
    .join('\n');
  return configKeys.filter((key) => !usedByConfig.has(key) && !code.includes(`'${key}'`));
}

test('every configuration key is read by some part of the program', () => {
  const unused = unusedKeys().filter((key) => !notYetWired.some((start) => key.startsWith(start)));
  assert.deepEqual(unused, [], 'a key that nothing reads is ignored without a word: wire it or take it out');
});

test('what is said to be still unwired is so', () => {
  const unused = unusedKeys();
  const wired = notYetWired.filter((start) => !unused.some((key) => key.startsWith(start)));
  assert.deepEqual(wired, [], 'take these out of notYetWired');
});
