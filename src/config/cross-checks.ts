// What cannot be seen in one key alone: pairs of keys that contradict one another. Each check names the key to change,
// the place where it was set, what was found and what is allowed, like the checks of single values.
import { bareUrl } from '../base/bare-url.ts';
import { redactUrl } from './field.ts';
import type { Config, ConfigKey } from './schema.ts';

type WhereOf = (key: ConfigKey) => string;

interface Pair {
  readonly small: ConfigKey;
  readonly large: ConfigKey;
}

const ordered: readonly Pair[] = [
  { small: 'sync.reconnect_initial_delay', large: 'sync.reconnect_max_delay' },
  { small: 'sync.heartbeat_interval', large: 'sync.dead_peer_timeout' },
  { small: 'sync.batch_bytes', large: 'sync.window_bytes' },
];

const peersMax = 64;

const portKeys: readonly ConfigKey[] = ['server.port', 'hub.port', 'http.port'];

function portProblems(config: Config, where: WhereOf): string[] {
  const listening = portKeys.filter(
    (key) =>
      config[key] !== 0 && (key !== 'hub.port' || config['edge.mode'] === 'hub' || config['edge.listen']),
  );
  return listening.flatMap((key, i) =>
    listening
      .slice(0, i)
      .filter((other) => config[other] === config[key])
      .map(
        (other) =>
          `${where(key)}: ${key}: found ${String(config[key])}, allowed: a port other than ${other}'s`,
      ),
  );
}

/** Each address is dialed once: a peer that is the hub, or there twice, is a mistake, whoever it is dialed as. */
function peerProblems(config: Config, where: WhereOf): string[] {
  const [hubUrl, peers] = [config['edge.hub_url'], config['edge.peers']];
  const hubs = hubUrl === undefined ? [] : [hubUrl];
  const named = `${where('edge.peers')}: edge.peers`;
  const dialed = [...hubs, ...peers].map(bareUrl);
  const twice = dialed.findIndex((url, i) => dialed.indexOf(url) < i);
  if (twice >= 0) {
    const at = twice - hubs.length;
    return [
      `${named}[${at}]: found ${redactUrl(peers[at] ?? '')} twice, allowed: each address once, and not the hub's`,
    ];
  }
  return peers.length <= peersMax ? [] : [`${named}: found ${peers.length}, allowed: at most ${peersMax}`];
}

/** The contradictions in `config`, in words; `where` says who set a key. */
export function crossCheck(config: Config, where: WhereOf, named: (key: ConfigKey) => boolean): string[] {
  const problems = [...portProblems(config, where), ...peerProblems(config, where)];
  for (const { small, large } of ordered) {
    const [a, b] = [config[small], config[large]];
    if (typeof a === 'number' && typeof b === 'number' && a > b && (named(small) || named(large))) {
      const key = named(small) ? small : large;
      const relation = key === small ? `not above ${large}` : `not below ${small}`;
      problems.push(`${where(key)}: ${key}: ${small} is greater than ${large}, allowed: a value ${relation}`);
    }
  }
  if (config['edge.sync_policy'] === 'periodic' && config['edge.sync_interval'] === 0) {
    problems.push(
      `${where('edge.sync_interval')}: edge.sync_interval: found 0 with sync_policy "periodic", ` +
        'allowed: a longer time, or sync_policy "never"',
    );
  }
  return problems;
}
