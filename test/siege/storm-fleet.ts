// The nodes of a storm: a hub, a relay below it, two edges at the relay and one at the hub, each a process of its own
// with a cable to the one above; and what befalls them. Their settings are drawn from the seed.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NetworkPlug } from '../e2e/network-plug.ts';
import { askOnce } from '../e2e/pipeline.ts';
import { ServerProcess } from '../e2e/server-process.ts';
import type { Random } from '../fuzz/random.ts';

export const names = ['hub', 'relay', 'north', 'south', 'east'] as const;
export type Name = (typeof names)[number];

/** Each with the one above it. */
const above: Readonly<Record<Name, Name | undefined>> = {
  hub: undefined,
  relay: 'hub',
  north: 'relay',
  south: 'relay',
  east: 'hub',
};

const stopMsMax = 10_000;
/** About what a start takes. */
const startMsMax = 600;
const downMsMax = 1500;
const pausedMsMax = 4000;
const brokenMsMax = 4000;

/** More than all that clients write. */
const largeMb = 64;

type Settings = Record<string, string>;

const large: Settings = {
  'edge.resources.memory_limit': `${largeMb}mb`,
  'store.eviction_policy': 'noeviction',
};
/** Sizes of edges, each with a policy; which edge has which is drawn. */
const small: readonly Settings[] = [
  { 'edge.resources.memory_limit': '2mb', 'store.eviction_policy': 'noeviction' },
  { 'edge.resources.memory_limit': '3mb', 'store.eviction_policy': 'allkeys-lru' },
];
/** With room for all that may be pending at two small edges: what a scan brings may not go before the scan is over. */
const smallRelay: Settings = {
  'edge.resources.memory_limit': '8mb',
  'store.eviction_policy': 'allkeys-lfu',
};

const batches: readonly Settings[] = [
  {},
  { 'sync.batch_bytes': '2mb' },
  { 'sync.batch_bytes': '16kb' },
  { 'sync.batch_bytes': '64kb', 'sync.window_bytes': '64kb' },
  { 'sync.window_bytes': '512kb' },
];

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const left = [...items];
  return items.map(() => left.splice(random.below(left.length), 1)[0]!);
}

function drawn(random: Random): Settings {
  const heartbeatMs = random.pick([300, 1000, 3000]);
  return {
    'persistence.appendfsync': random.pick(['everysec', 'everysec', 'no']),
    'persistence.segment_size': random.pick(['1mb', '1mb', '64mb']),
    'persistence.snapshot_size': random.pick(['1mb', '4mb', '256mb']),
    'edge.sync_policy': random.pick(['immediate', 'immediate', 'opportunistic', 'periodic']),
    'edge.sync_interval': '400ms',
    'edge.offline_queue_size': random.pick(['10000', '10000', '300', '20']),
    'sync.heartbeat_interval': `${heartbeatMs}ms`,
    'sync.dead_peer_timeout': `${heartbeatMs * random.pick([4, 8])}ms`,
    'sync.connect_timeout': '2s',
    'sync.handshake_timeout': '4s',
    'sync.reconnect_initial_delay': '30ms',
    'sync.reconnect_max_delay': '400ms',
    ...random.pick(batches),
    'sync.batch_deltas': random.pick(['1000', '50']),
    'sync.compression': random.pick(['lz4', 'none']),
    'sync.allow_flush': 'true',
    'store.unheld_reads': 'error',
    'store.compression_level': random.pick(['0', '1', '3']),
    'store.ttl_check_interval': random.pick(['100ms', '1s', '0s']),
  };
}

export class StormNode {
  readonly name: Name;
  readonly server = new ServerProcess();
  /** To the node above; the hub has none. */
  readonly cable: NetworkPlug | undefined;
  readonly settings: Settings;
  /** Whether its process is meant to live and answer. */
  isUp = false;
  /** One trouble at a time befalls a process, and one its cable. */
  isTroubled = false;
  isCableTroubled = false;
  private readonly args: readonly string[];

  constructor(name: Name, settings: Settings, cable: NetworkPlug | undefined) {
    this.name = name;
    this.settings = settings;
    this.cable = cable;
    this.args = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  }

  /** Has room for everything, and gives nothing back to the node above. */
  get holdsAll(): boolean {
    const { 'edge.resources.memory_limit': limit = '', 'store.eviction_policy': policy } = this.settings;
    return Number.parseInt(limit, 10) >= largeMb && (policy ?? 'noeviction') === 'noeviction';
  }

  async start(): Promise<void> {
    const { name } = this;
    const role = name === 'hub' || name === 'relay' ? ['--mode', 'hub', '--set', 'hub.port=0'] : [];
    const link = this.cable === undefined ? [] : ['--hub-url', this.cable.url];
    await this.server.start('--node-id', name, ...role, ...link, ...this.args);
    this.isUp = true;
  }

  /** Ends it in order; throws where that is not what happens. */
  async end(): Promise<void> {
    this.isUp = false;
    const fromMs = performance.now();
    this.server.signal('SIGTERM');
    const code = await this.server.ended();
    const tookMs = performance.now() - fromMs;
    if (code !== 0 || tookMs > stopMsMax) {
      throw new Error(`${this.name} ended with ${code} ${Math.round(tookMs)} ms after SIGTERM`);
    }
  }

  async kill(): Promise<void> {
    this.isUp = false;
    await this.server.kill();
  }

  /** Starts it, and kills it before or after it is ready. */
  async startInVain(afterMs: number): Promise<void> {
    const started = this.start().catch(() => {});
    await delay(afterMs);
    await this.kill();
    await started;
    this.isUp = false;
  }
}

export class StormFleet {
  readonly nodes: StormNode[] = [];
  /** What befell whom, with the time. */
  readonly diary: string[] = [];
  private readonly random: Random;
  private readonly startedMs = performance.now();

  constructor(random: Random) {
    this.random = random;
  }

  async start(): Promise<void> {
    const { random, nodes } = this;
    const relay = random.pick([large, large, smallRelay]);
    const edgeSizes =
      relay === large ? shuffled(random, [...small, large]) : [...shuffled(random, small), large];
    const ofSize: Readonly<Record<Name, Settings>> = {
      hub: { 'edge.resources.memory_limit': '96mb' },
      relay,
      north: edgeSizes[0]!,
      south: edgeSizes[1]!,
      east: edgeSizes[2]!,
    };
    const strategy = random.chance(0.15) ? 'lww' : 'crdt';
    const careful = random.pick(names);
    for (const name of names) {
      const settings = {
        ...drawn(random),
        ...ofSize[name],
        'edge.conflict_resolution': strategy,
        ...(name === careful && { 'persistence.appendfsync': 'always' }),
      };
      const upper = nodes.find((node) => node.name === above[name]);
      const cable = upper && (await NetworkPlug.to(upper.server.edgesUrl));
      const node = new StormNode(name, settings, cable);
      nodes.push(node);
      await node.start();
    }
  }

  node(name: Name): StormNode {
    return this.nodes.find((node) => node.name === name)!;
  }

  note(text: string): void {
    this.diary.push(`${((performance.now() - this.startedMs) / 1000).toFixed(2)} ${text}`);
  }

  /** Starts a node again; whoever is below it finds it where it is now. */
  async restart(node: StormNode): Promise<void> {
    await node.start();
    this.note(`${node.name} is back`);
    for (const { name, cable } of this.nodes) {
      if (above[name] === node.name) cable?.leadTo(node.server.edgesUrl);
    }
  }

  /** One trouble from its begin to its end; nothing where all drawn are in trouble. */
  async trouble(): Promise<void> {
    const { random } = this;
    const node = random.pick(this.nodes);
    if (random.chance(0.5)) await this.troubleCable(node, random.below(5), random.below(brokenMsMax));
    else await this.troubleProcess(node, random.next());
  }

  /** All cables in, all processes awake. */
  calm(): void {
    for (const { cable, server } of this.nodes) {
      cable?.plugIn();
      server.signal('SIGCONT');
    }
  }

  /** The processes that ended though nobody ended them. */
  fallen(): string[] {
    return this.nodes
      .filter(({ isUp, server }) => isUp && !server.isRunning)
      .map(({ name, server }) => `${name} ${server.state}, and nobody ended it`);
  }

  /** Ends all; the directories stay where they are to be looked into, with the log of each. */
  async close(keeps: boolean): Promise<void> {
    for (const { server } of this.nodes) server.signal('SIGKILL');
    await Promise.all(this.nodes.map(({ server }) => server.ended()));
    await Promise.all(this.nodes.map(({ cable }) => cable?.close()));
    for (const { server } of this.nodes) {
      if (keeps) writeFileSync(join(server.dir, 'log.txt'), server.output);
      else rmSync(server.dir, { recursive: true, force: true });
    }
  }

  private async troubleCable(node: StormNode, what: number, ms: number): Promise<void> {
    const { cable } = node;
    if (cable === undefined || node.isCableTroubled) return;
    node.isCableTroubled = true;
    if (what === 0) cable.pull();
    else if (what === 1) cable.swallow();
    else if (what === 2) cable.breakFar();
    else if (what === 3) cable.closeHalf();
    else cable.slow(this.random.pick([30_000, 300_000, 3_000_000]), this.random.pick([0, 20, 200]));
    const did = ['pulled', 'silent', 'broken at its far end', 'half closed', 'slow'][what];
    this.note(`the cable of ${node.name} is ${did} for ${ms} ms`);
    await delay(ms);
    cable.plugIn();
    node.isCableTroubled = false;
  }

  private async troubleProcess(node: StormNode, draw: number): Promise<void> {
    if (node.isTroubled) return;
    node.isTroubled = true;
    const downMs = this.random.chance(0.5) ? 0 : this.random.below(downMsMax);
    const pausedMs = this.random.below(pausedMsMax);
    if (draw < 0.3) {
      this.note(`${node.name} is killed, down for ${downMs} ms`);
      await node.kill();
      await delay(downMs);
      if (this.random.chance(0.3)) {
        const afterMs = this.random.below(startMsMax);
        this.note(`${node.name} is killed ${afterMs} ms after it was started`);
        await node.startInVain(afterMs);
      }
      await this.restart(node);
    } else if (draw < 0.5) {
      this.note(`${node.name} is ended, down for ${downMs} ms`);
      await node.end();
      await delay(downMs);
      await this.restart(node);
    } else if (draw < 0.75) {
      this.note(`${node.name} sleeps for ${pausedMs} ms`);
      node.server.signal('SIGSTOP');
      await delay(pausedMs);
      node.server.signal('SIGCONT');
    } else {
      const words =
        draw < 0.9 ? ['BGSAVE'] : draw < 0.97 ? ['EDGE.SYNC', 'ASYNC'] : ['EDGE.SYNC', 'ASYNC', 'FULL'];
      this.note(`${node.name} is asked for ${words.join(' ')}`);
      await askOnce(node.server.port, ...words);
    }
    node.isTroubled = false;
  }
}
