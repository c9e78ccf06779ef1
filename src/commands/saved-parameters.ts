// Under which key of the configuration file a parameter of CONFIG SET outlasts a restart, and in which form: what CONFIG
// REWRITE needs to know. Secrets are kept as digests only and can go into no file.
import { fieldOf } from '../config/layer.ts';
import type { ConfigKey } from '../config/schema.ts';

interface Saved {
  readonly key: ConfigKey;
  /** The configuration's value of the parameter's text. */
  readonly value: (text: string) => string | number;
}

const plain = (key: ConfigKey): Saved => ({ key, value: (text) => text });
const numeric = (key: ConfigKey): Saved => ({ key, value: Number });
const levels: Readonly<Record<string, string>> = { notice: 'info', warning: 'warn' };

const savedAs: ReadonlyMap<string, Saved> = new Map([
  ['appendfsync', plain('persistence.appendfsync')],
  ['client-query-buffer-limit', numeric('server.client_query_buffer_limit')],
  ['loglevel', { key: 'log.level', value: (text) => levels[text] ?? text }],
  ['maxclients', numeric('server.maxclients')],
  ['maxmemory', numeric('edge.resources.memory_limit')],
  ['maxmemory-policy', plain('store.eviction_policy')],
  ['maxmemory-samples', numeric('store.eviction_samples')],
  ['notify-keyspace-events', plain('server.notify_keyspace_events')],
  ['proto-max-bulk-len', numeric('server.proto_max_bulk_len')],
  ['timeout', { key: 'server.timeout', value: (text) => Number(text) * 1000 }],
]);

/** Key and TOML literal for the parameter's present value; undefined where the file has no key for it. */
export function savedParameter(
  name: string,
  text: string,
): { readonly key: ConfigKey; readonly literal: string } | undefined {
  const saved = savedAs.get(name);
  return saved && { key: saved.key, literal: fieldOf(saved.key).show(saved.value(text)) };
}
