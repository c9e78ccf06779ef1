import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldOf } from '../../src/config/layer.ts';
import { aliases, configKeys, environmentName, isConfigKey } from '../../src/config/schema.ts';

test('every default is a value that its own field allows, and is read back from what is shown', () => {
  for (const key of configKeys) {
    const field = fieldOf(key);
    if (field.default === undefined || Array.isArray(field.default)) continue;
    const shown = field.show(field.default);
    const text = shown.startsWith('"') ? String(JSON.parse(shown)) : shown;
    assert.deepEqual(field.fromText(text), field.default, key);
  }
});

test('every key has a description and lies in a table', () => {
  for (const key of configKeys) {
    assert.match(key, /^[a-z]+(\.[a-z]+)?\.[a-z_]+$/);
    assert.notEqual(fieldOf(key).description, '', key);
  }
});

test('environment names are unique, those of aliases included', () => {
  const names = [...configKeys, ...aliases.keys()].map(environmentName);
  assert.equal(new Set(names).size, names.length);
  assert.equal(environmentName('edge.hub_url'), 'FERRITE_EDGE_HUB_URL');
  assert.equal(environmentName('edge.resources.memory_limit'), 'FERRITE_EDGE_RESOURCES_MEMORY_LIMIT');
});

test('aliases name keys that exist and are none themselves', () => {
  for (const [alias, key] of aliases) {
    assert.ok(isConfigKey(key));
    assert.ok(!isConfigKey(alias));
  }
});

test('a token for edges has its length without the node id before it', () => {
  const { fromText } = fieldOf('hub.tokens');
  for (const short of ['edge-001:', 'edge-001:x', 'a:1234567', '1234567'])
    assert.equal(fromText(short), undefined, short);
  for (const text of ['a:12345678', '12345678', 'a/b:34567']) assert.deepEqual(fromText(text), [text]);
});
