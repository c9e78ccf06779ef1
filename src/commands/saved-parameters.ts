// Under which key of the configuration file a parameter of CONFIG SET outlasts a restart, and in which form: what
// CONFIG REWRITE needs to know. Secrets are kept as digests only and can go into no file.
import { fieldOf } from '../config/layer.ts';
import type { ConfigKey } from '../config/schema.ts';

type Value = string | number | boolean;

/** What the configuration has in place of a parameter's text; undefined where it cannot say that. */
type Saved = (text: string) => readonly (readonly [ConfigKey, Value])[] | undefined;

export interface SavedSetting {
  readonly key: ConfigKey;
  /** As TOML. */
  readonly literal: string;
}

const plain =
  (key: ConfigKey): Saved =>
  (text) => [[key, text]];
const numeric =
  (key: ConfigKey): Saved =>
  (text) => [[key, Number(text)]];
const yes =
  (key: ConfigKey): Saved =>
  (text) => [[key, text === 'yes']];
const levels: Readonly<Record<string, string>> = { notice: 'info', warning: 'warn' };

/** Of the soft limits the configuration knows those that follow from the hard ones alone. */
function outputLimits(text: string): readonly (readonly [ConfigKey, Value])[] | undefined {
  const words = text.split(' ');
  const limitsOf = (name: string): number[] =>
    words
      .slice(words.indexOf(name) + 1)
      .slice(0, 3)
      .map(Number);
  const [hard = 0, soft] = limitsOf('normal');
  const [pubsubHard = 0, pubsubSoft, pubsubSeconds] = limitsOf('pubsub');
  const isQuarter = pubsubSoft === Math.floor(pubsubHard / 4) && (pubsubSoft === 0 || pubsubSeconds === 60);
  if (soft !== 0 || !isQuarter) return undefined;
  return [
    ['server.client_output_buffer_limit', hard],
    ['server.pubsub_output_buffer_limit', pubsubHard],
  ];
}

const savedAs: ReadonlyMap<string, Saved> = new Map([
  ['appendfsync', plain('persistence.appendfsync')],
  ['client-output-buffer-limit', outputLimits],
  ['client-query-buffer-limit', numeric('server.client_query_buffer_limit')],
  ['latency-monitor-threshold', numeric('server.latency_monitor_threshold')],
  ['lfu-decay-time', numeric('store.lfu_decay_minutes')],
  ['lfu-log-factor', numeric('store.lfu_log_factor')],
  ['loglevel', (text) => [['log.level', levels[text] ?? text]]],
  ['maxclients', numeric('server.maxclients')],
  ['maxmemory', numeric('edge.resources.memory_limit')],
  ['maxmemory-policy', plain('store.eviction_policy')],
  ['maxmemory-samples', numeric('store.eviction_samples')],
  ['notify-keyspace-events', plain('server.notify_keyspace_events')],
  ['proto-max-bulk-len', numeric('server.proto_max_bulk_len')],
  ['replica-read-only', yes('store.read_only')],
  ['slave-read-only', yes('store.read_only')],
  ['slowlog-log-slower-than', numeric('server.slowlog_log_slower_than')],
  ['slowlog-max-len', numeric('server.slowlog_max_len')],
  ['timeout', (text) => [['server.timeout', Number(text) * 1000]]],
]);

/** The settings that keep the parameter's present value; undefined where the file has no keys for it, or not so far. */
export function savedParameter(name: string, text: string): readonly SavedSetting[] | undefined {
  const settings = savedAs
    .get(name)?.(text)
    ?.map(([key, value]) => ({ key, literal: fieldOf(key).show(value) }));
  // A literal of TOML of these kinds is one of JSON too.
  const areAllowed = settings?.every(
    ({ key, literal }) => fieldOf(key).fromValue(JSON.parse(literal)) !== undefined,
  );
  return areAllowed === true ? settings : undefined;
}
