import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldOf } from '../../src/config/layer.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { presets } from '../../src/config/presets.ts';
import { configKeys, presetNames } from '../../src/config/schema.ts';

test('the presets are those of the table', () => {
  const row = (name: (typeof presetNames)[number]) => {
    const settings = [{ key: 'edge.preset', given: { text: name }, where: '--set' }];
    const { config } = loadConfig({ machineMemoryBytes: 2 ** 32, settings });
    return [
      config['edge.resources.memory_limit'] / 2 ** 20,
      config['store.max_keys'],
      config['persistence.enabled'],
      config['edge.sync_policy'] === 'never' ? 0 : config['edge.sync_interval'],
      config['store.compression_level'],
      config['store.ttl_check_interval'] / 1000,
      config['store.max_value_size'],
      config['store.max_key_size'],
    ];
  };
  assert.deepEqual(presetNames.map(row), [
    [4, 10_000, false, 0, 0, 0, 65_536, 256],
    [2, 1000, true, 60_000, 9, 300, 4096, 64],
    [32, 50_000, true, 10_000, 6, 120, 1_048_576, 512],
    [16, 100_000, false, 0, 0, 60, 1_048_576, 1024],
    [64, 1_000_000, true, 5000, 3, 30, 4_194_304, 4096],
  ]);
});

test('every value of every preset is one that its field allows', () => {
  for (const name of presetNames) {
    for (const key of configKeys) {
      const value = presets[name][key];
      if (value === undefined) continue;
      const shown = fieldOf(key).show(value);
      const text = shown.startsWith('"') ? String(JSON.parse(shown)) : shown;
      assert.deepEqual(fieldOf(key).fromText(text), value, `${name} ${key}`);
    }
  }
});
