// Redis's parameters as this node has them, each bound to what it really reads and sets. A parameter of Redis that
// means nothing here is not in the list: CONFIG GET leaves it out and CONFIG SET does not know it. One that is decided
// at the start can be read only. Values have Redis's forms: bytes, seconds, `yes` and `no`.
import type { Log, LogLevel } from '../base/log.ts';
import { parseSize } from '../config/units.ts';
import { type FsyncPolicy, fsyncPolicies } from '../journal/file-journal.ts';
import type { RequestLimits } from '../resp/request-decoder.ts';
import { evictionPolicies } from '../store/eviction.ts';
import type { Store } from '../store/store.ts';
import type { AclLog } from './acl/acl-log.ts';
import { refreshClients } from './acl/refresh-clients.ts';
import { defaultName, type PubsubDefault, type Users } from './acl/users.ts';
import { eventMask, type KeyEvents } from './key-events.ts';
import type { LatencyMonitor } from './latency-monitor.ts';
import type { Parameter, Prepared } from './parameter-table.ts';
import type { Clients, Host } from './services.ts';
import type { SlowLog } from './slow-log.ts';
import type { Tracking } from './tracking.ts';

/** What the parameters are bound to; what is not readonly may be set while the node runs. */
export interface ParameterSources {
  readonly store: Store;
  /** What clients may do. */
  readonly access: { isReadOnly: boolean };
  readonly clients: Pick<Clients, 'all' | 'maxClients'>;
  readonly host: Pick<Host, 'clientsThatFit'>;
  readonly requestLimits: Pick<RequestLimits, 'bulkBytesMax' | 'requestBytesMax'>;
  readonly connectionLimits: OutputLimits & { idleTimeoutMs: number; clientsBytesMax: () => number };
  readonly events: KeyEvents;
  readonly tracking: Tracking;
  readonly slowLog: SlowLog;
  readonly latency: LatencyMonitor;
  readonly log: Log;
  readonly users: Users;
  readonly aclLog: AclLog;
  /** Where the users are kept; '' where in no file. */
  readonly aclFile: string;
  /** Undefined where nothing is kept on a disk. */
  readonly journal: { appendfsync: FsyncPolicy } | undefined;
  readonly databases: number;
  readonly bind: string;
  readonly dir: string;
  readonly tcpKeepAliveMs: number;
  port(): number;
}

/** Keys that go within CONFIG SET maxmemory. */
const evictedAtOnce = 10_000;
const kb = 1024;
const mb = 1024 * kb;
const gb = 1024 * mb;

/** All parameters of a node. */
export function redisParameters(sources: ParameterSources): Parameter[] {
  const { requestLimits, connectionLimits, journal } = sources;
  return [
    aclPubsubDefault(sources.users),
    fixed('aclfile', () => sources.aclFile),
    integer('acllog-max-len', 0, 1_000_000, {
      read: () => sources.aclLog.maxLength,
      write: (value) => {
        sources.aclLog.maxLength = value;
      },
    }),
    decidedAtStart('appendonly', () => yesOrNo(journal !== undefined)),
    journal === undefined ? fixed('appendfsync', () => 'no') : appendfsync(journal),
    decidedAtStart('bind', () => sources.bind),
    bytes('client-query-buffer-limit', mb, gb, requestLimits, 'requestBytesMax'),
    outputBufferLimit(connectionLimits),
    maxmemoryClients(sources.store, connectionLimits),
    fixed('cluster-enabled', () => 'no'),
    fixed('daemonize', () => 'no'),
    fixed('databases', () => String(sources.databases)),
    fixed('io-threads', () => '1'),
    fixed('dir', () => sources.dir),
    loglevel(sources.log),
    maxclients(sources),
    maxmemory(sources.store),
    ...eviction(sources.store),
    notifyKeyspaceEvents(sources.events),
    decidedAtStart('port', () => String(sources.port())),
    bytes('proto-max-bulk-len', mb, 512 * mb, requestLimits, 'bulkBytesMax'),
    readOnlyMode('replica-read-only', sources.access),
    decidedAtStart('replicaof', () => ''),
    decidedAtStart('slaveof', () => ''),
    requirepass(sources),
    trackingTableMax(sources.tracking),
    latencyThreshold(sources.latency),
    ...slowLogParameters(sources.slowLog),
    save(),
    readOnlyMode('slave-read-only', sources.access),
    decidedAtStart('tcp-keepalive', () => String(Math.floor(sources.tcpKeepAliveMs / 1000))),
    integer('timeout', 0, 31_536_000, {
      read: () => Math.floor(connectionLimits.idleTimeoutMs / 1000),
      write: (value) => {
        connectionLimits.idleTimeoutMs = value * 1000;
      },
    }),
    ...encodingLimits(sources.store),
    ...listParameters(sources.store.listpackLimits.list),
  ];
}

/** Redis can change it while it runs, and this node cannot: its present value is accepted, no other. */
function decidedAtStart(name: string, read: () => string): Parameter {
  return {
    name,
    read,
    prepare: (text) =>
      text.toLowerCase() === read().toLowerCase()
        ? { apply: () => {} }
        : { refusal: 'it is decided when the node starts' },
  };
}

/** Every node is a replica of what the fleet knows: its clients write there, or may only read. */
function readOnlyMode(name: string, access: { isReadOnly: boolean }): Parameter {
  return {
    name,
    read: () => yesOrNo(access.isReadOnly),
    prepare: (text) => {
      const word = text.toLowerCase();
      if (word !== 'yes' && word !== 'no') return { refusal: "argument must be 'yes' or 'no'" };
      return {
        apply: () => {
          access.isReadOnly = word === 'yes';
        },
      };
    },
  };
}

/** No more than the system lets the process open sockets for, unless they are more already. */
function maxclients({ clients, host }: ParameterSources): Parameter {
  const parameter = integer('maxclients', 1, 1_000_000, field(clients, 'maxClients'));
  return {
    ...parameter,
    prepare: (text) => {
      const prepared = parameter.prepare(text);
      const wanted = Number(text);
      if ('refusal' in prepared || wanted <= clients.maxClients) return prepared;
      const most = host.clientsThatFit(wanted);
      if (most >= wanted) return prepared;
      return {
        refusal: `The operating system is not able to handle the specified number of clients, try with ${most}`,
      };
    },
  };
}

/** What decides of the encodings that OBJECT ENCODING tells of; nothing else follows them. */
function encodingLimits({ listpackLimits: limits }: Store): Parameter[] {
  const { hash, set, zset, streamNode } = limits;
  const none = Number.MAX_SAFE_INTEGER;
  return [
    ...listpackLimits('hash', hash),
    ...listpackLimits('set', set).filter(({ name }) => !name.includes('ziplist')),
    ...listpackLimits('zset', zset),
    integer('set-max-intset-entries', 0, none, field(limits, 'intsetEntriesMax')),
    integer('stream-node-max-bytes', 0, none, field(streamNode, 'bytesMax')),
    integer('stream-node-max-entries', 0, none, field(streamNode, 'entriesMax')),
  ];
}

function field<K extends string>(object: Record<K, number>, key: K): Binding<number> {
  return {
    read: () => object[key],
    write: (value) => {
      object[key] = value;
    },
  };
}

/** Ziplists are the older name. */
function listpackLimits(type: string, limits: { entriesMax: number; valueBytesMax: number }): Parameter[] {
  const none = Number.MAX_SAFE_INTEGER;
  return ['listpack', 'ziplist'].flatMap((form) => [
    integer(`${type}-max-${form}-entries`, 0, none, field(limits, 'entriesMax')),
    integer(`${type}-max-${form}-value`, 0, none, field(limits, 'valueBytesMax')),
  ]);
}

/**
 * What decides of the encoding that OBJECT ENCODING tells of a list. The depth from which Redis compresses the middle
 * of a list is kept for who reads it back; lists here are never compressed.
 */
function listParameters(limits: { size: number; compressDepth: number }): Parameter[] {
  const size: Binding<number> = {
    read: () => limits.size,
    write: (value) => {
      limits.size = value;
    },
  };
  return [
    integer('list-compress-depth', 0, 2 ** 31 - 1, {
      read: () => limits.compressDepth,
      write: (value) => {
        limits.compressDepth = value;
      },
    }),
    integer('list-max-listpack-size', -(2 ** 31), 2 ** 31 - 1, size),
    integer('list-max-ziplist-size', -(2 ** 31), 2 ** 31 - 1, size),
  ];
}

const yesOrNo = (value: boolean): string => (value ? 'yes' : 'no');

function fixed(name: string, read: () => string): Parameter {
  return { name, read };
}

type SettableParameter = Parameter & Required<Pick<Parameter, 'prepare'>>;

interface Binding<T> {
  read(): T;
  write(value: T): void;
}

function integer(name: string, min: number, max: number, binding: Binding<number>): SettableParameter {
  return {
    name,
    read: () => String(binding.read()),
    prepare: (text) => {
      if (!/^-?\d{1,15}$/.test(text)) return { refusal: "argument couldn't be parsed into an integer" };
      return inRange(Number(text), min, max, binding);
    },
  };
}

function inRange(value: number, min: number, max: number, binding: Binding<number>): Prepared {
  if (value < min || value > max) return { refusal: `argument must be between ${min} and ${max} inclusive` };
  return { apply: () => binding.write(value) };
}

/** A parameter in bytes that is the number `key` of `limits`. */
function bytes<K extends string>(
  name: string,
  min: number,
  max: number,
  limits: Record<K, number>,
  key: K,
): Parameter {
  const binding: Binding<number> = {
    read: () => limits[key],
    write: (value) => {
      limits[key] = value;
    },
  };
  return {
    name,
    read: () => String(limits[key]),
    prepare: (text) => {
      const value = parseSize(text);
      if (value === undefined) return { refusal: 'argument must be a memory value' };
      return inRange(value, min, max, binding);
    },
  };
}

function choice<T extends string>(name: string, values: readonly T[], binding: Binding<T>): Parameter {
  return {
    name,
    read: () => binding.read(),
    prepare: (text) => {
      const value = values.find((known) => known === text.toLowerCase());
      if (value === undefined) {
        return { refusal: `argument(s) must be one of the following: ${values.join(', ')}` };
      }
      return { apply: () => binding.write(value) };
    },
  };
}

/**
 * The limit of the arena. It can be anything up to what was set aside at the start; 0 stands for that, as `no limit`.
 */
function maxmemory(store: Store): Parameter {
  const { arena } = store;
  let asked = store.limitBytes;
  return {
    name: 'maxmemory',
    read: () => String(asked),
    prepare: (text) => {
      const value = parseSize(text);
      if (value === undefined) return { refusal: 'argument must be a memory value' };
      const limit = value === 0 ? arena.capacityBytes : value;
      if (limit > arena.capacityBytes) {
        return {
          refusal: `argument must be at most ${arena.capacityBytes}, the edge.resources.memory_limit of the start`,
        };
      }
      return {
        apply: () => {
          arena.setLimit(limit);
          asked = limit;
          // What is beyond this many goes in the background.
          store.eviction.enforce(evictedAtOnce);
        },
      };
    },
  };
}

/** What is evicted, and by what measure. */
function eviction({ eviction }: Store): Parameter[] {
  return [
    integer('lfu-decay-time', 0, 2 ** 31 - 1, {
      read: () => eviction.lfu.decayMinutes,
      write: (decayMinutes) => {
        eviction.lfu = { ...eviction.lfu, decayMinutes };
      },
    }),
    integer('lfu-log-factor', 0, 2 ** 31 - 1, {
      read: () => eviction.lfu.logFactor,
      write: (logFactor) => {
        eviction.lfu = { ...eviction.lfu, logFactor };
      },
    }),
    choice('maxmemory-policy', evictionPolicies, {
      read: () => eviction.policy,
      write: (policy) => {
        eviction.policy = policy;
      },
    }),
    integer('maxmemory-samples', 1, 64, {
      read: () => eviction.samples,
      write: (samples) => {
        eviction.samples = samples;
      },
    }),
  ];
}

function appendfsync(journal: { appendfsync: FsyncPolicy }): Parameter {
  return choice('appendfsync', fsyncPolicies, {
    read: () => journal.appendfsync,
    write: (value) => {
      journal.appendfsync = value;
    },
  });
}

/** Redis's names of our levels; `error`, which it lacks, has ours. */
const levelNames: readonly (readonly [redis: string, ours: LogLevel])[] = [
  ['debug', 'debug'],
  ['notice', 'info'],
  ['warning', 'warn'],
  ['error', 'error'],
];

function loglevel(log: Log): Parameter {
  const names = levelNames.map(([redis]) => redis);
  return choice('loglevel', names, {
    read: () => levelNames.find(([, ours]) => ours === log.level)?.[0] ?? log.level,
    write: (value) => {
      log.level = levelNames.find(([redis]) => redis === value)?.[1] ?? log.level;
    },
  });
}

/** Snapshots follow the journal's size and no clock, so the list of times is empty and stays so. */
function save(): Parameter {
  const refusal = 'argument must be empty: snapshots follow persistence.snapshot_size';
  return {
    name: 'save',
    read: () => '',
    prepare: (text) => (text.trim() === '' ? { apply: () => {} } : { refusal }),
  };
}

/** What may wait in all clients together: bytes, or a percentage of maxmemory; 0 is no limit. */
function maxmemoryClients(store: Store, limits: { clientsBytesMax: () => number }): Parameter {
  let asked = '0';
  return {
    name: 'maxmemory-clients',
    read: () => asked,
    prepare: (text) => {
      const percent = /^(\d{1,9})%$/.exec(text)?.[1];
      const value = percent === undefined ? parseSize(text) : Number(percent);
      if (value === undefined) return { refusal: 'argument must be a memory or percent value' };
      if (percent !== undefined && value > 100) {
        return { refusal: 'percentage argument must be less or equal to 100' };
      }
      return {
        apply: () => {
          asked = percent === undefined ? String(value) : text;
          limits.clientsBytesMax = () => {
            if (value === 0) return Number.POSITIVE_INFINITY;
            return percent === undefined ? value : (store.limitBytes * value) / 100;
          };
        },
      };
    },
  };
}

interface OutputLimits {
  outputBytesMax: number;
  outputSoftBytes: number;
  outputSoftMs: number;
  pubsubBytesMax: number;
  pubsubSoftBytes: number;
  pubsubSoftMs: number;
}

type OutputLimitNames = readonly [
  hard: keyof OutputLimits,
  soft: keyof OutputLimits,
  softMs: keyof OutputLimits,
];

const outputClasses: readonly (readonly [name: string, limits: OutputLimitNames])[] = [
  ['normal', ['outputBytesMax', 'outputSoftBytes', 'outputSoftMs']],
  ['pubsub', ['pubsubBytesMax', 'pubsubSoftBytes', 'pubsubSoftMs']],
];

/** Hard limit, soft limit and seconds beyond the soft one, for each class of clients; 0 is none. */
function outputBufferLimit(limits: OutputLimits): Parameter {
  const shown = ([name, [hard, soft, softMs]]: (typeof outputClasses)[number]): string =>
    `${name} ${limits[hard]} ${limits[soft]} ${Math.floor(limits[softMs] / 1000)}`;
  // There are no replicas: what is set for them is remembered, for those who set all three classes as Redis has them.
  let replicas = '268435456 67108864 60';
  return {
    name: 'client-output-buffer-limit',
    read: () => `${shown(outputClasses[0]!)} slave ${replicas} ${shown(outputClasses[1]!)}`,
    prepare: (text) => {
      const words = text.trim() === '' ? [] : text.trim().split(/\s+/);
      if (words.length % 4 !== 0)
        return { refusal: 'Wrong number of arguments in buffer limit configuration.' };
      const steps: (() => void)[] = [];
      for (let i = 0; i < words.length; i += 4) {
        const word = words[i]!.toLowerCase();
        const names = outputClasses.find(([name]) => name === word)?.[1];
        if (names === undefined && word !== 'slave' && word !== 'replica')
          return { refusal: 'Invalid client class specified in buffer limit configuration.' };
        const [hard, soft, seconds] = [parseSize(words[i + 1]!), parseSize(words[i + 2]!), words[i + 3]!];
        if (hard === undefined || soft === undefined || !/^\d{1,9}$/.test(seconds)) {
          return { refusal: 'Error in hard, soft or soft_seconds setting in buffer limit configuration.' };
        }
        steps.push(() => {
          if (names === undefined) replicas = `${hard} ${soft} ${Number(seconds)}`;
          else {
            Object.assign(limits, { [names[0]]: hard, [names[1]]: soft, [names[2]]: Number(seconds) * 1000 });
          }
        });
      }
      return {
        apply: () => {
          for (const step of steps) step();
        },
      };
    },
  };
}

/** Keys that are remembered for client tracking; 0 is no limit. */
function trackingTableMax(tracking: Tracking): Parameter {
  return integer('tracking-table-max-keys', 0, Number.MAX_SAFE_INTEGER, {
    read: () => tracking.keysMax,
    write: (value) => {
      tracking.keysMax = value;
      tracking.limit();
    },
  });
}

/** In ms; 0 is off. */
function latencyThreshold(latency: LatencyMonitor): Parameter {
  return integer('latency-monitor-threshold', 0, Number.MAX_SAFE_INTEGER / 1000, {
    read: () => (Number.isFinite(latency.thresholdUsec) ? Math.floor(latency.thresholdUsec / 1000) : 0),
    write: (value) => {
      latency.thresholdUsec = value === 0 ? Number.POSITIVE_INFINITY : value * 1000;
    },
  });
}

/** The time in microseconds, negative for none, and the length. */
function slowLogParameters(slowLog: SlowLog): Parameter[] {
  return [
    integer('slowlog-log-slower-than', -1, Number.MAX_SAFE_INTEGER, {
      read: () => (Number.isFinite(slowLog.slowerThanUsec) ? slowLog.slowerThanUsec : -1),
      write: (value) => {
        slowLog.slowerThanUsec = value < 0 ? Number.POSITIVE_INFINITY : value;
      },
    }),
    integer('slowlog-max-len', 0, Number.MAX_SAFE_INTEGER, {
      read: () => slowLog.maxLength,
      write: (value) => {
        slowLog.maxLength = value;
      },
    }),
  ];
}

/** Which keyspace events are published. */
function notifyKeyspaceEvents(events: KeyEvents): Parameter {
  return {
    name: 'notify-keyspace-events',
    read: () => events.letters,
    prepare: (text) => {
      const mask = eventMask(text);
      if (mask === undefined) return { refusal: "Invalid event class character. Use 'Ag$lshzxeKEtmdn'." };
      return { apply: () => events.setMask(mask) };
    },
  };
}

const pubsubDefaults: readonly PubsubDefault[] = ['allchannels', 'resetchannels'];

/** Whether users made from now on may use all channels. */
function aclPubsubDefault(users: Users): Parameter {
  return choice('acl-pubsub-default', pubsubDefaults, {
    read: () => users.pubsubDefault,
    write: (value) => {
      users.pubsubDefault = value;
    },
  });
}

/** Never shown. Clients that are connected stay what they are; without a password everybody is let in. */
function requirepass({ users, clients }: ParameterSources): Parameter {
  return {
    name: 'requirepass',
    read: () => '',
    prepare: (text) => {
      if (text.length > 512) return { refusal: 'argument must be at most 512 characters' };
      return {
        apply: () => {
          users.setDefaultPassword(text);
          refreshClients({ users, clients }, [defaultName], undefined);
        },
      };
    },
  };
}
