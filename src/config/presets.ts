// Defaults for classes of device, below everything that file, environment and flags say. A preset only names values
// that the schema has; a sync interval of zero is the policy "never" (this class syncs when told to), and a check
// interval of zero means that expired keys are dropped when they are asked for.
import type { Config, PresetName } from './schema.ts';

export type PresetValues = Partial<Config>;

const kb = 1024;
const mb = 1024 * kb;

function preset(
  memoryMb: number,
  maxKeys: number,
  persistence: boolean,
  syncIntervalMs: number,
  compressionLevel: number,
  ttlCheckMs: number,
  maxValueBytes: number,
  maxKeyBytes: number,
): PresetValues {
  return {
    'edge.resources.memory_limit': memoryMb * mb,
    'store.max_keys': maxKeys,
    'persistence.enabled': persistence,
    ...(syncIntervalMs === 0
      ? { 'edge.sync_policy': 'never' }
      : { 'edge.sync_policy': 'periodic', 'edge.sync_interval': syncIntervalMs }),
    'store.compression_level': compressionLevel,
    'store.ttl_check_interval': ttlCheckMs,
    'store.max_value_size': maxValueBytes,
    'store.max_key_size': maxKeyBytes,
  };
}

export const presets: Readonly<Record<PresetName, PresetValues>> = {
  minimal: preset(4, 10_000, false, 0, 0, 0, 64 * kb, 256),
  iot: preset(2, 1000, true, 60_000, 9, 300_000, 4 * kb, 64),
  mobile: preset(32, 50_000, true, 10_000, 6, 120_000, mb, 512),
  standard: preset(16, 100_000, false, 0, 0, 60_000, mb, 1024),
  full: preset(64, 1_000_000, true, 5000, 3, 30_000, 4 * mb, 4096),
};
