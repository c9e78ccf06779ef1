import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { configTable, formatEffective } from '../../src/config/describe.ts';
import { loadConfig } from '../../src/config/load-config.ts';

test('the effective configuration is valid TOML that loads to the same, with its sources and without secrets', () => {
  const settings = [
    { key: 'server.port', given: { text: '7000' }, where: '--port' },
    { key: 'edge.preset', given: { text: 'mobile' }, where: '--set' },
    { key: 'edge.token', given: { text: 'hunter2' }, where: '--set' },
    { key: 'hub.tokens', given: { text: 'edge-1:hunter22' }, where: '--set' },
    { key: 'edge.hub_url', given: { text: 'redis://:hunter2@hub' }, where: '--set' },
  ];
  const loaded = loadConfig({ machineMemoryBytes: 2 ** 32, settings });
  const text = formatEffective(loaded);
  assert.match(text, /\[server\]\nport = 7000 {2,}# --port\n/);
  assert.match(text, /memory_limit = "32mb" {2,}# preset mobile\n/);
  assert.match(text, /token = "\*\*\*"/);
  assert.doesNotMatch(text, /hunter/);
  assert.doesNotMatch(text, /requirepass/);
  const open = text.replace('tokens = "***"', 'tokens = []');
  const again = loadConfig({ machineMemoryBytes: 1, file: { path: 'f', text: open } });
  const hide = { 'edge.token': '', 'hub.tokens': [], 'edge.hub_url': '' };
  assert.deepEqual({ ...again.config, ...hide }, { ...loaded.config, ...hide });
});

test('docs/configuration.md holds the table of all keys as the schema has it', () => {
  const doc = readFileSync('docs/configuration.md', 'utf8');
  assert.ok(doc.includes(configTable()), 'run `npm run docs` to write the table anew');
});
