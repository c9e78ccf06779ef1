import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load-config.ts';

function load(path: string) {
  return loadConfig({ machineMemoryBytes: 2 ** 32, file: { path, text: readFileSync(path, 'utf8') } }).config;
}

test('every file of config/ is valid', () => {
  for (const name of readdirSync('config').filter((n) => n.endsWith('.toml'))) load(`config/${name}`);
});

test('the edge of config/edge.toml finds the hub of config/hub.toml, and both run on one machine', () => {
  const edge = load('config/edge.toml');
  const hub = load('config/hub.toml');
  assert.equal(hub['edge.mode'], 'hub');
  assert.equal(edge['edge.hub_url'], `redis://${hub['server.bind']}:${hub['server.port']}`);
  const ports = [edge['server.port'], edge['http.port'], hub['server.port'], hub['hub.port']];
  assert.equal(new Set(ports).size, ports.length);
  assert.notEqual(edge['persistence.dir'], hub['persistence.dir']);
});
