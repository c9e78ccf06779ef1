import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossCheck } from '../../src/config/cross-checks.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Config, ConfigKey } from '../../src/config/schema.ts';

const { config: defaults } = loadConfig({ machineMemoryBytes: 2 ** 30 });

function check(changes: Partial<Config>): string[] {
  const named = (key: ConfigKey) => Object.hasOwn(changes, key);
  return crossCheck({ ...defaults, ...changes }, (key) => (named(key) ? 'f:1' : 'default'), named);
}

test('the defaults do not contradict one another', () => {
  assert.deepEqual(check({}), []);
});

test('a small value above its large one names the key that somebody set', () => {
  assert.deepEqual(check({ 'sync.heartbeat_interval': 90_000 }), [
    'f:1: sync.heartbeat_interval: sync.heartbeat_interval is greater than sync.dead_peer_timeout, allowed: a value not above sync.dead_peer_timeout',
  ]);
  assert.match(
    check({ 'sync.dead_peer_timeout': 1000 })[0] ?? '',
    /^f:1: sync\.dead_peer_timeout: .* not below/,
  );
});

test('listeners that are on need ports of their own', () => {
  assert.deepEqual(check({ 'server.port': 6380 }), []);
  assert.match(check({ 'server.port': 6380, 'edge.mode': 'hub' })[0] ?? '', /hub\.port: found 6380/);
  assert.match(check({ 'server.port': 6380, 'edge.listen': true })[0] ?? '', /other than server\.port's/);
  assert.match(check({ 'http.port': 6379 })[0] ?? '', /^f:1: http\.port: found 6379/);
  assert.deepEqual(check({ 'server.port': 0, 'hub.port': 0, 'edge.mode': 'hub' }), []);
});

test('a peer is named once, and is not the hub', () => {
  const [a, b] = ['ws://user:secret@a/edge/ws', 'redis://b:6379'];
  assert.deepEqual(check({ 'edge.peers': [a, b] }), []);
  assert.deepEqual(check({ 'edge.peers': [a, b, a] }), [
    "f:1: edge.peers[2]: found ws://***@a/edge/ws twice, allowed: each address once, and not the hub's",
  ]);
  // As others, by a query, or written otherwise: links are told apart by their addresses alone.
  for (const same of [
    'ws://a/edge/ws',
    'ws://A:80/edge/ws',
    'ws://b@a/edge/ws',
    'ws://a/edge/ws?token=secret',
  ]) {
    const [problem] = check({ 'edge.peers': [b, a, same] });
    assert.match(problem ?? '', /^f:1: edge\.peers\[2\]: found ws:.* twice, /);
    assert.doesNotMatch(problem ?? '', /secret/);
    assert.match(check({ 'edge.hub_url': a, 'edge.peers': [same] })[0] ?? '', /edge\.peers\[0\]/);
  }
  assert.deepEqual(check({ 'edge.peers': [a, 'ws://a/other', 'wss://a/edge/ws', 'ws://a:81/edge/ws'] }), []);
  assert.match(check({ 'edge.hub_url': b, 'edge.peers': [b] })[0] ?? '', /found redis:\/\/b:6379 twice/);
  const many = Array.from({ length: 65 }, (_, i) => `ws://n${i}/`);
  assert.match(check({ 'edge.peers': many })[0] ?? '', /found 65, allowed: at most 64/);
});
