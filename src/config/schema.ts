// Every configuration key there is: its type, default, limits and meaning. TOML, presets, environment, flags, --check,
// --help's examples and docs/configuration.md all come from this table, and a test holds that each key is read
// somewhere. A key is the same text everywhere: `config['edge.hub_url']`. Durations are ms and sizes bytes in memory.
import { logLevels } from '../base/log.ts';
import {
  boolean,
  choice,
  duration,
  integer,
  list,
  number,
  optional,
  secret,
  size,
  text,
  url,
  type ValueOf,
} from './field.ts';

const kb = 1024;
const mb = 1024 * kb;
const gb = 1024 * mb;
const s = 1000;
const m = 60 * s;
const h = 60 * m;
const d = 24 * h;

const port = { min: 0, max: 65535 };
/** What stands before a colon counts for nothing: a variable that is empty must not make "edge-001:" a token. */
const hubToken = /^(?![A-Za-z0-9._-]{1,128}:.{0,7}$)[\x21-\x2b\x2d-\x7e]{8,4096}$/;
const someText = /^[\s\S]{1,4096}$/;
const address = /^[A-Za-z0-9.:_%-]{1,253}$/;
const addressAllowed = 'an IP address or a host name';
const hubSchemes = ['redis', 'rediss', 'ws', 'wss'];

export const presetNames = ['minimal', 'iot', 'mobile', 'standard', 'full'] as const;
export type PresetName = (typeof presetNames)[number];

export const schema = {
  'server.port': integer(6379, port, 'TCP port for Redis clients; 0 takes any free one'),
  'server.bind': text('127.0.0.1', address, addressAllowed, 'Address to listen on for Redis clients'),
  'server.unixsocket': optional(
    text('', someText, 'a path', 'Unix socket to listen on as well; a socket left behind there is replaced'),
  ),
  'server.unixsocketperm': optional(
    text(
      '',
      /^[0-7]{3,4}$/,
      'permissions as octal digits such as "700"',
      "Permissions of the Unix socket's file",
    ),
  ),
  'server.requirepass': secret(
    optional(text('', someText, 'a password', 'Password that clients give with AUTH')),
  ),
  'server.aclfile': optional(
    text(
      '',
      someText,
      'a file',
      'Users with their rules, as ACL SAVE writes them; what it says of `default` overrules requirepass',
    ),
  ),
  'server.maxclients': integer(10_000, { min: 1, max: 1_000_000 }, 'Connections accepted at the same time'),
  'server.timeout': duration(0, { min: 0, max: 365 * d }, 'Idle clients are closed after this; 0 never'),
  'server.tcp_keepalive': duration(300 * s, { min: 0, max: d }, 'TCP keepalive of clients; 0 off'),
  'server.proto_max_bulk_len': size(
    512 * mb,
    { min: mb, max: 512 * mb },
    'Longest argument of a request; longer than 511 MB, the longest text of the JavaScript engine, none may be',
  ),
  'server.client_query_buffer_limit': size(gb, { min: mb, max: gb }, 'Bytes of one client not yet executed'),
  'server.client_output_buffer_limit': optional(
    size(
      gb,
      { min: 0, max: 2 * gb },
      'The longest reply of a command that only reads, and what may wait for a client besides one reply before it is closed; ' +
        'by default the memory limit, at least 64mb. 0: replies of up to 1gb, and any number of bytes may wait',
    ),
  ),
  'server.pubsub_output_buffer_limit': size(
    32 * mb,
    { min: 0, max: 2 * gb },
    'Messages that may wait for a subscriber before it is closed, a quarter of them for 60 s; 0 no limit',
  ),
  'server.drain_timeout': duration(
    60 * s,
    { min: 0, max: d },
    'A client that takes no byte of what waits for it is closed after this; 0 never',
  ),
  'server.notify_keyspace_events': text(
    '',
    /^[Ag$lshzxeKEtmdn]{0,32}$/,
    "letters of Redis's notify-keyspace-events",
    'Which keyspace events are published; none unless it names K or E and classes of events',
  ),
  'server.slowlog_log_slower_than': integer(
    10_000,
    { min: -1, max: 1_000_000_000 },
    'Commands that take so many microseconds are kept for SLOWLOG; -1 none',
  ),
  'server.slowlog_max_len': integer(128, { min: 0, max: 1_000_000 }, 'Slow commands kept'),
  'server.latency_monitor_threshold': integer(
    0,
    { min: 0, max: 1_000_000 },
    'What takes so many milliseconds is kept for LATENCY; 0 nothing',
  ),
  'server.databases': integer(16, { min: 1, max: 16 }, 'Databases for SELECT'),

  'persistence.enabled': boolean(true, 'Keep data on disk; without it every start is an empty store'),
  'persistence.dir': text('./data', someText, 'a directory', 'Directory of journal and snapshots'),
  'persistence.appendfsync': choice(
    'everysec',
    ['always', 'everysec', 'no'],
    'When writes reach the disk: before the reply, each second, or when the system likes',
  ),
  'persistence.segment_size': size(64 * mb, { min: mb, max: gb }, 'A journal file is closed at this size'),
  'persistence.snapshot_size': size(
    256 * mb,
    { min: mb, max: 1024 * gb },
    'A snapshot begins when the journal since the last one is this large',
  ),

  'edge.enabled': boolean(true, 'Sync as `edge.mode` says; false is a plain local server'),
  'edge.mode': choice('edge', ['edge', 'hub'], 'Whether this node accepts edges'),
  'edge.node_id': optional(
    text(
      '',
      /^[A-Za-z0-9._-]{1,64}$/,
      '1 to 64 of A-Z a-z 0-9 . _ -',
      'Name of this node, unique in the fleet; made once and kept where absent',
    ),
  ),
  'edge.preset': optional(choice('standard', presetNames, 'Defaults for a class of device')),
  'edge.hub_url': url(hubSchemes, 'Where the hub is; redis:// and rediss:// ask it for its endpoint'),
  'edge.token': secret(
    optional(text('', /^[\x21-\x7e]{1,4096}$/, 'a token without spaces', 'Bearer token for the hub')),
  ),
  // Not shown either: the token itself may stand there by mistake.
  'edge.token_env': secret(
    optional(
      text(
        '',
        /^[A-Za-z_][A-Za-z0-9_]*$/,
        'the name of an environment variable',
        'Environment variable that holds the token',
      ),
    ),
  ),
  'edge.sync_policy': choice(
    'immediate',
    ['immediate', 'periodic', 'opportunistic', 'never'],
    'When deltas are sent; naming only sync_interval means periodic',
  ),
  'edge.sync_interval': duration(
    30 * s,
    { min: 0, max: 30 * d },
    'Time between syncs of the periodic policy',
  ),
  'edge.offline_queue_size': integer(
    10_000,
    { min: 1, max: 1_000_000_000 },
    'Pending deltas kept one by one before they are coalesced or refused',
  ),
  'edge.on_full': choice(
    'coalesce',
    ['coalesce', 'reject'],
    'A full queue is read from the store instead (nothing is lost), or new writes are refused',
  ),
  'edge.conflict_resolution': choice('crdt', ['crdt', 'lww'], 'How concurrent writes are joined'),
  'edge.peers': list(url(hubSchemes, ''), 'Further nodes to keep a link with, at most 64'),
  'edge.listen': boolean(false, 'Accept links also where the mode is edge'),

  'edge.resources.memory_limit': optional(
    size(
      0,
      { min: mb, max: 2 * gb },
      'All keys, values and indexes (maxmemory); by default a quarter of RAM, at most 1gb',
    ),
  ),
  'edge.resources.storage_limit': optional(
    size(
      0,
      { min: 8 * mb, max: 1024 * gb },
      'Disk for journal and snapshots; by default what the volume has',
    ),
  ),
  'edge.resources.cpu_budget': choice(
    'medium',
    ['low', 'medium', 'high'],
    'Share of the CPU for background work',
  ),

  'sync.ca': optional(
    text(
      '',
      someText,
      'the path of a PEM file',
      'Certificate authorities to trust for wss:// and rediss://, besides the public ones',
    ),
  ),
  'sync.max_clock_skew': duration(
    2 * m,
    { min: s, max: d },
    'What a peer writes further ahead waits until the time has caught up',
  ),
  'sync.heartbeat_interval': duration(30 * s, { min: 100, max: h }, 'A quiet link is pinged this often'),
  'sync.dead_peer_timeout': duration(60 * s, { min: 200, max: d }, 'A silent peer is dropped after this'),
  'sync.connect_timeout': duration(10 * s, { min: 100, max: 10 * m }, 'Longest time to connect'),
  'sync.handshake_timeout': duration(
    10 * s,
    { min: 100, max: 10 * m },
    'Longest time from connected to welcome',
  ),
  'sync.fetch_timeout': duration(
    2 * s,
    { min: 10, max: 10 * m },
    'Longest time a client waits for the hub to give an evicted key back',
  ),
  'sync.reconnect_initial_delay': duration(s, { min: 10, max: h }, 'Wait before the first new try'),
  'sync.reconnect_max_delay': duration(60 * s, { min: 10, max: d }, 'Longest wait between two tries'),
  'sync.reconnect_multiplier': number(2, { min: 1, max: 10 }, 'Growth of the wait from try to try'),
  'sync.reconnect_max_attempts': integer(
    0,
    { min: 0, max: 1_000_000 },
    'Tries before giving up; 0 never gives up',
  ),
  'sync.tombstone_retention': duration(
    7 * d,
    { min: m, max: 3650 * d },
    'Longest time a delete is remembered',
  ),
  'sync.conflict_log_size': integer(10_000, { min: 0, max: 1_000_000 }, 'Conflicts kept for EDGE.CONFLICTS'),
  'sync.batch_deltas': integer(1000, { min: 1, max: 100_000 }, 'Most deltas in one message'),
  'sync.batch_bytes': size(256 * kb, { min: kb, max: 64 * mb }, 'A message is closed at this size'),
  'sync.compression': choice(
    'lz4',
    ['lz4', 'none'],
    'How messages are packed for peers that can unpack them',
  ),
  'sync.window_bytes': size(
    4 * mb,
    { min: 16 * kb, max: 256 * mb },
    'Bytes a peer may send ahead of being taken in',
  ),
  'sync.allow_flush': boolean(false, 'Let FLUSHALL and FLUSHDB empty the whole fleet'),

  'store.max_keys': integer(0, { min: 0, max: 1_000_000_000 }, 'Most keys; 0 sets no limit'),
  'store.max_key_size': size(512 * mb, { min: 16, max: 512 * mb }, 'Longest key'),
  'store.max_value_size': size(512 * mb, { min: 64, max: 512 * mb }, 'Longest value'),
  'store.eviction_policy': choice(
    'noeviction',
    [
      'noeviction',
      'allkeys-lru',
      'allkeys-lfu',
      'allkeys-random',
      'volatile-lru',
      'volatile-lfu',
      'volatile-random',
      'volatile-ttl',
    ],
    'Which keys go when memory or max_keys is used up; expired ones go first, and none that the hub still lacks',
  ),
  'store.read_only': boolean(
    false,
    'Clients may only read (replica-read-only): their writes are answered READONLY, what other nodes send is taken in',
  ),
  'store.unheld_reads': choice(
    'missing',
    ['missing', 'error'],
    'What reads of evicted keys answer while the hub cannot be reached: as for a key that is not there, or EVICTED',
  ),
  'store.eviction_samples': integer(5, { min: 1, max: 64 }, 'Keys compared for each one that goes'),
  'store.lfu_log_factor': integer(
    10,
    { min: 0, max: 1_000_000 },
    'The larger, the more uses a step of the frequency counter takes',
  ),
  'store.lfu_decay_minutes': integer(
    1,
    { min: 0, max: 65_535 },
    'Minutes without use for which the frequency counter falls by one; 0 never',
  ),
  'store.compression_level': integer(
    0,
    { min: 0, max: 9 },
    'How hard values are compressed: 0 off, 1 each for itself, 2 to 9 with a dictionary of the values themselves',
  ),
  'store.compression_min': size(64, { min: 32, max: mb }, 'Shorter values are not compressed'),
  'store.ttl_check_interval': duration(
    100,
    { min: 0, max: h },
    'How often expired keys are looked for; 0 only when they are asked for',
  ),

  'hub.bind': text('127.0.0.1', address, addressAllowed, 'Address to listen on for edges'),
  'hub.port': integer(6380, port, 'TCP port for edges, health and metrics; 0 takes any free one'),
  'hub.path': text(
    '/edge/ws',
    /^\/[A-Za-z0-9/._~-]{0,255}$/,
    'a path that begins with /',
    'Path of the WebSocket endpoint',
  ),
  'hub.endpoint': url(
    ['ws', 'wss'],
    'What EDGE.ENDPOINT tells edges, where a TLS terminator or another address stands before this hub',
  ),
  'hub.tokens': secret(
    list(
      text('', hubToken, 'a token of 8 characters or more, alone or behind "node-id:"', ''),
      'Tokens that edges may come with; without any, only edges on this machine are accepted',
    ),
  ),
  'hub.max_connections': integer(1000, { min: 1, max: 100_000 }, 'Edges connected at the same time'),

  'http.bind': text('127.0.0.1', address, addressAllowed, 'Address of the health and metrics listener'),
  'http.port': integer(0, port, 'TCP port of /healthz, /readyz and /metrics; 0 is off'),

  'log.level': choice('info', logLevels, 'Least level that is logged'),
} as const;

export type ConfigKey = keyof typeof schema;

type Resolved = 'edge.resources.memory_limit';

/** The whole configuration, checked, with every default in place. */
export type Config = {
  readonly [K in ConfigKey]: K extends Resolved ? number : ValueOf<(typeof schema)[K]>;
};

export const configKeys: readonly ConfigKey[] = Object.keys(schema).filter(isConfigKey);

/** Other names of a key. Naming a key twice in one place is an error. */
export const aliases: ReadonlyMap<string, ConfigKey> = new Map([
  ['edge.max_offline_queue', 'edge.offline_queue_size'],
  ['edge.queue_path', 'persistence.dir'],
]);

export function isConfigKey(name: string): name is ConfigKey {
  return Object.hasOwn(schema, name);
}

/** The environment variable of a key: FERRITE_EDGE_HUB_URL for edge.hub_url. */
export function environmentName(key: string): string {
  return `FERRITE_${key.replaceAll('.', '_').toUpperCase()}`;
}
