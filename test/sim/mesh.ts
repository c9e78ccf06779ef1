// Nodes linked in any shape, under a seed: peers that dial one another, rings, hubs that are edges of other hubs.
// Random commands while links are cut and nodes crash; then everything heals, all must be equal, and the links fall
// silent.
import assert from 'node:assert/strict';
import type { SyncPolicy } from '../../src/sync/uplink.ts';
import { anyCommand, differenceOf } from './any-command.ts';
import { askAnything, checkSums, fetchAll } from './client-work.ts';
import { Scheduler } from './scheduler.ts';
import { copyDisk, type Disk, newDisk } from './sim-log.ts';
import { SimNet } from './sim-net.ts';
import { SimNode } from './sim-node.ts';

export interface Dialed {
  readonly from: string;
  readonly to: string;
  readonly isHub?: boolean;
}

export type MeshTrouble = 'cut' | 'heal' | 'crash' | 'sweep' | 'restore-hub' | 'rollback';

export interface MeshOptions {
  readonly seed: number;
  readonly links: readonly Dialed[];
  /** Virtual seconds of trouble. */
  readonly seconds: number;
  readonly trouble?: readonly MeshTrouble[];
  /** Any, by default. */
  readonly policy?: SyncPolicy;
  /** Records of the log that are kept for links, 0: all. Any, by default. */
  readonly keepRecords?: number;
  /** Commands of all types, in place of strings and counters alone. */
  readonly allTypes?: boolean;
  /** Nodes with a hub evict at random what it keeps, and fetch it again. Implies all types. */
  readonly evicts?: boolean;
}

export interface MeshFigures {
  /** Times that the root, and other nodes, were put back to an earlier state. */
  readonly restored: number;
  readonly rolledBack: number;
  /** Since the last starts of the nodes. */
  readonly forks: number;
  readonly fetched: number;
  readonly leftOut: number;
}

const startMs = Date.UTC(2026, 10, 1);
const keys = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5'];
const counters = ['c0', 'c1', 'c2'];

export class Mesh {
  readonly scheduler: Scheduler;
  readonly net: SimNet;
  readonly nodes = new Map<string, SimNode>();
  private readonly options: MeshOptions;
  private readonly expected = new Map<string, number>();
  private written = 0;
  private readonly did = { restored: 0, rolledBack: 0 };
  private readonly backups = new Map<SimNode, Disk>();
  /** One that had everything when the hub was restored, and evicts nothing since: what nobody has any more is lost. */
  private witness: SimNode | undefined;

  constructor(options: MeshOptions) {
    this.options = options;
    this.scheduler = new Scheduler(options.seed, startMs);
    this.net = new SimNet(this.scheduler);
    const names = new Set(options.links.flatMap(({ from, to }) => [from, to]));
    for (const name of [...names].sort()) this.add(name);
    for (const node of this.nodes.values()) node.start();
  }

  private add(nodeId: string): void {
    const { policy } = this.options;
    const mine = this.options.links.filter(({ from }) => from === nodeId);
    const targets = mine.map(({ to, isHub = false }) => ({
      url: `sim://${to}`,
      isHub,
      dial: this.net.dialer(`${nodeId}>${to}`, () => {
        const node = this.nodes.get(to);
        if (node?.isUp !== true) return undefined;
        return (connection) => node.engine.hub.accept(connection, nodeId, nodeId);
      }),
    }));
    const isHub = this.options.links.some(({ to, isHub = false }) => isHub && to === nodeId);
    const options = {
      nodeId,
      role: isHub ? 'hub' : 'edge',
      peers: targets,
      policy: policy ?? this.pick(['immediate', 'immediate', 'periodic', 'opportunistic'] as const),
      keepRecords: this.options.keepRecords ?? this.pick([0, 0, 40]),
      limits: { offlineQueueSize: this.pick([10_000, 20]) },
      memoryBytes: 4 * 1024 * 1024,
      evicts: this.options.evicts === true && mine.some((dialed) => dialed.isHub === true),
      listens: true,
      // A scan of who is not whole ends only where what passes through the log in the meantime stays there.
      pinnedRecords: this.options.evicts === true ? 20_000 : 0,
    } as const;
    this.nodes.set(nodeId, new SimNode(options, this.scheduler, newDisk(`journal-${nodeId}`)));
  }

  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.scheduler.random() * from.length)]!;
  }

  node(name: string): SimNode {
    return this.nodes.get(name)!;
  }

  private work(): void {
    const node = this.pick([...this.nodes.values()]);
    if (!node.isUp) return;
    const { random } = this.scheduler;
    this.written += 1;
    if (this.options.evicts === true) {
      if (node.options.evicts === true && random() < 0.2 && node !== this.witness) node.evict();
      askAnything(node, {
        random,
        count: this.written,
        expect: (name: string, by: number): void => this.expect(name, by),
      });
      return;
    }
    const key = this.pick(keys);
    if (this.options.allTypes === true && random() < 0.7) {
      node.ask(
        0,
        anyCommand((from) => this.pick(from), random, this.written),
      );
      return;
    }
    const r = random();
    if (r < 0.35) node.set(key, `v${this.written}`, random() < 0.2 ? 1000 + random() * 60_000 : 0);
    else if (r < 0.5) node.append(key, `+${this.written}`.repeat(20));
    else if (r < 0.65) node.del(key);
    else if (r < 0.75) node.expire(key, 500 + random() * 100_000);
    else this.count(node, this.pick(counters), 1 + Math.floor(random() * 5));
  }

  private count(node: SimNode, key: string, by: number): void {
    node.incr(key, by);
    this.expect(key, by);
  }

  private expect(name: string, by: number): void {
    this.expected.set(name, (this.expected.get(name) ?? 0) + by);
  }

  /** The node that dials nobody. */
  private get root(): SimNode | undefined {
    return [...this.nodes.values()].find((n) => n.options.peers?.length === 0);
  }

  /** Keeps a copy of a node's disk, or puts the one back that was kept, once all have all that the node has said. */
  private async restore(node: SimNode): Promise<boolean> {
    const backup = this.backups.get(node);
    if (backup === undefined) {
      if (!node.isUp || node.isAstray()) return false;
      this.backups.set(node, copyDisk(node.disk));
      // What the copy has and nobody was told of is then told by the next start.
      if (this.scheduler.random() < 0.5) {
        this.crash(node, true);
        node.start();
      }
      return false;
    }
    await this.heal();
    this.backups.delete(node);
    node.putBack(backup);
    return true;
  }

  private async restoreHub(): Promise<void> {
    const { root } = this;
    if (root === undefined || !(await this.restore(root))) return;
    this.did.restored += 1;
    this.witness = this.pick([...this.nodes.values()].filter((n) => n !== root));
  }

  private async rollBack(node: SimNode): Promise<void> {
    if (node === this.root || node === this.witness || !(await this.restore(node))) return;
    this.did.rolledBack += 1;
  }

  private async makeTrouble(): Promise<void> {
    const { scheduler, net, options } = this;
    const kind = this.pick(options.trouble ?? ['cut', 'crash']);
    const { from, to } = this.pick(options.links);
    const node = this.pick([...this.nodes.values()]);
    if (kind === 'heal') net.heal(`${from}>${to}`);
    else if (kind === 'rollback') await this.rollBack(node);
    else if (kind === 'cut') {
      net.cut(`${from}>${to}`);
      scheduler.after(scheduler.random() * 15_000, () => net.heal(`${from}>${to}`));
    } else if (kind === 'sweep') {
      this.sweep(this.root);
    } else if (kind === 'restore-hub') {
      await this.restoreHub();
    } else if (node.isUp) {
      this.crash(node, scheduler.random() < 0.5);
      scheduler.after(scheduler.random() * 15_000, () => {
        if (!node.isUp) node.start();
      });
    }
  }

  /** The node that dials nobody lets go of tombstones that are older than half a minute, whoever has seen them. */
  sweep(node: SimNode | undefined): void {
    if (node?.isUp !== true) return;
    const keepSinceMs = this.scheduler.nowMs - 30_000;
    if (node.store.graveyard.sweep(1000, keepSinceMs) > 0) node.engine.noteHorizon();
  }

  private crash(node: SimNode, powerLoss: boolean): void {
    const before = node.increments;
    node.crash(powerLoss);
    for (const lost of before.filter((i) => !node.increments.includes(i))) {
      this.expect(lost.key, -lost.by);
    }
  }

  /** Commands, and trouble, for the time asked for. */
  async trouble(): Promise<void> {
    const { scheduler, options } = this;
    const endMs = startMs + options.seconds * 1000;
    while (scheduler.nowMs < endMs) {
      await scheduler.runUntil(scheduler.nowMs + scheduler.random() * 300);
      this.work();
      if (scheduler.random() < 0.05) await this.makeTrouble();
    }
  }

  async pass(ms: number): Promise<void> {
    await this.scheduler.runUntil(this.scheduler.nowMs + ms);
  }

  /** Everything comes up; runs until all are equal, or for ten minutes. */
  async heal(): Promise<void> {
    this.net.heal();
    for (const node of this.nodes.values()) if (!node.isUp) node.start();
    for (let i = 0; i < 120; i++) {
      await this.pass(5000);
      if (this.options.evicts === true) {
        fetchAll([...this.nodes.values()]);
        await this.pass(3000);
      }
      if (this.difference() === undefined && this.isLinked()) return;
    }
  }

  private isLinked(): boolean {
    return [...this.nodes.values()].every((n) => n.engine.status().uplinks.every((u) => u.state === 'live'));
  }

  /** What differs between two nodes; undefined if nothing does. */
  difference(): string | undefined {
    const [first, ...others] = this.nodes;
    if (this.options.allTypes === true || this.options.evicts === true) {
      const want = first![1].visible();
      for (const [name, node] of others) {
        const found = differenceOf(want, node.visible());
        if (found !== undefined) return `${found}: ${first![0]} and ${name}`;
      }
      return undefined;
    }
    for (const key of [...keys, ...counters]) {
      const want = first![1].get(key);
      for (const [name, node] of others) {
        const got = node.get(key);
        if (got !== want) return `${key}: ${first![0]} has ${want}, ${name} has ${got}`;
      }
    }
    return undefined;
  }

  check(): void {
    const seed = `seed ${this.options.seed}`;
    assert.equal(this.difference(), undefined, seed);
    const [any] = this.nodes.values();
    checkSums(any!, this.expected, seed);
    assert.equal(this.isLinked(), true, `${seed}: every link is up or stood in for`);
  }

  /** What was done, and what came of it. */
  figures(): MeshFigures {
    const all = [...this.nodes.values()];
    return {
      ...this.did,
      forks: all.reduce((sum, n) => sum + n.engine.identity.forks, 0),
      fetched: all.reduce((sum, n) => sum + n.fetched, 0),
      leftOut: all.reduce((sum, n) => sum + n.engine.status().figures.deltasLeftOut, 0),
    };
  }

  /** How many links are live, counted once. */
  linkCount(): number {
    return [...this.nodes.values()].reduce((sum, n) => sum + n.engine.hub.live().length, 0);
  }

  /** Nothing is said any more but heartbeats. */
  async checkSilence(): Promise<void> {
    await this.pass(200_000);
    const { bytes, messages } = this.net;
    await this.pass(600_000);
    assert.deepEqual([this.net.bytes, this.net.messages], [bytes, messages], 'the links fall silent');
  }

  stop(): void {
    for (const node of this.nodes.values()) node.crash(false);
  }
}

/** Runs one mesh from seed to silence. */
export async function runMesh(options: MeshOptions): Promise<ReturnType<Mesh['figures']>> {
  const mesh = new Mesh(options);
  await mesh.trouble();
  await mesh.heal();
  mesh.check();
  await mesh.checkSilence();
  const figures = mesh.figures();
  mesh.stop();
  return figures;
}

/** Nodes that have a hub and other peers beside it. */
export const meshesBelowHubs: Readonly<Record<string, readonly Dialed[]>> = {
  'edges of one hub that are peers too': [
    { from: 'x', to: 'hub', isHub: true },
    { from: 'y', to: 'hub', isHub: true },
    { from: 'z', to: 'hub', isHub: true },
    { from: 'x', to: 'y' },
    { from: 'y', to: 'z' },
    { from: 'z', to: 'x' },
  ],
  'an edge of a hub and an edge of a hub below it that are peers': [
    { from: 'relay', to: 'root', isHub: true },
    { from: 'low', to: 'relay', isHub: true },
    { from: 'high', to: 'root', isHub: true },
    { from: 'high', to: 'low' },
  ],
  'a chain of peers that has its only hub at one end': [
    { from: 'a', to: 'hub', isHub: true },
    { from: 'b', to: 'a' },
    { from: 'c', to: 'b' },
  ],
};
