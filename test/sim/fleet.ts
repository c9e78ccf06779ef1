// A hub and its edges under a seed: random commands while nodes are cut off, crash, lose their unsynced tail, are
// cloned, rolled back, and the hub is restored from a backup. Then everything heals, and all must be equal.

import assert from 'node:assert/strict';
import { tinySlices } from '../commands/in-slices.ts';
import { anyCommand, differenceOf, summedFields, summedKey } from './any-command.ts';
import { askAnything, checkSums, counters, fetchAll, keys } from './client-work.ts';
import { Scheduler } from './scheduler.ts';
import { copyDisk, type Disk, newDisk } from './sim-log.ts';
import { SimNet } from './sim-net.ts';
import { SimNode, type SimNodeOptions } from './sim-node.ts';

export interface FleetOptions {
  readonly seed: number;
  readonly edges: number;
  /** Virtual seconds of trouble. */
  readonly seconds: number;
  readonly trouble?: readonly Trouble[];
  /** Commands of all types, in place of strings and counters alone. */
  readonly allTypes?: boolean;
  readonly lww?: boolean;
  /** What has eight elements is done in slices. */
  readonly slices?: boolean;
  /** Edges evict at random what the hub keeps, and fetch it again. Implies all types. */
  readonly evicts?: boolean;
  /** Between hub and edges: the edges are shared among them. Where edges evict, relays do too. */
  readonly relays?: number;
}

export const troubles = ['cut', 'heal', 'crash', 'clone', 'rollback', 'restore-hub', 'sweep'] as const;
export type Trouble = (typeof troubles)[number];

const startMs = Date.UTC(2026, 10, 1);

export interface FleetReport {
  readonly commands: number;
  readonly increments: number;
  readonly bytes: number;
  readonly troubles: Readonly<Record<Trouble, number>>;
  readonly forks: number;
  readonly conflicts: number;
  readonly scans: number;
  /** Since the last starts of the nodes. */
  readonly evicted: number;
  readonly fetched: number;
  readonly leftOut: number;
}

function memoryBytesOf(options: FleetOptions): number {
  return options.allTypes || options.evicts ? 4 * 1024 * 1024 : 1024 * 1024;
}

export class Fleet {
  readonly scheduler: Scheduler;
  readonly net: SimNet;
  readonly hub: SimNode;
  readonly relays: SimNode[] = [];
  readonly edges: SimNode[] = [];
  readonly did: Record<Trouble, number> = {
    cut: 0,
    heal: 0,
    crash: 0,
    clone: 0,
    rollback: 0,
    'restore-hub': 0,
    sweep: 0,
  };
  commands = 0;
  private readonly expected = new Map<string, number>();
  private hubBackup: Disk | undefined;
  /**
   * An edge that had everything when the hub was restored, and evicts nothing until it has met the hub that there is
   * now: what nobody has any more is lost.
   */
  private witness: SimNode | undefined;
  /** The hub of each node below. */
  private readonly aboves = new Map<SimNode, SimNode>();
  private readonly backups = new Map<SimNode, Disk>();
  private readonly options: FleetOptions;

  constructor(options: FleetOptions) {
    this.options = options;
    this.scheduler = new Scheduler(options.seed, startMs);
    this.net = new SimNet(this.scheduler);
    const hubOptions = {
      nodeId: 'hub',
      role: 'hub',
      keepRecords: this.pick([0, 0, 40, 400]),
      memoryBytes: memoryBytesOf(options),
      lww: options.lww ?? false,
      sliceSizes: options.slices === true ? tinySlices : undefined,
    } as const;
    this.hub = new SimNode(hubOptions, this.scheduler, newDisk('journal-hub'));
    for (let i = 0; i < (options.relays ?? 0); i++) this.addRelay(`r${i}`);
    for (let i = 0; i < options.edges; i++) this.addEdge(`e${i}`, newDisk(`journal-e${i}`));
    for (const node of this.all) node.start();
  }

  private get all(): SimNode[] {
    return [this.hub, ...this.relays, ...this.edges];
  }

  /** All but the hub. */
  private get below(): SimNode[] {
    return [...this.relays, ...this.edges];
  }

  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.scheduler.random() * from.length)]!;
  }

  private addRelay(nodeId: string): void {
    const relay = new SimNode(
      { ...this.optionsBelow(nodeId, nodeId, this.hub), role: 'hub', policy: 'immediate', listens: true },
      this.scheduler,
      newDisk(`journal-${nodeId}`),
    );
    this.relays.push(relay);
    this.aboves.set(relay, this.hub);
    this.names.set(relay, nodeId);
  }

  private addEdge(nodeId: string, disk: Disk): SimNode {
    const name = `${nodeId}#${this.edges.length}`;
    const { relays } = this;
    const hub = relays.length === 0 ? this.hub : relays[Number(nodeId.slice(1)) % relays.length]!;
    const edge = new SimNode(this.optionsBelow(nodeId, name, hub), this.scheduler, disk);
    this.edges.push(edge);
    this.aboves.set(edge, hub);
    this.names.set(edge, name);
    return edge;
  }

  private optionsBelow(nodeId: string, name: string, hub: SimNode): SimNodeOptions {
    return {
      nodeId,
      role: 'edge',
      policy: this.pick(['immediate', 'immediate', 'periodic', 'opportunistic']),
      keepRecords: this.pick([0, 0, 30]),
      limits: { offlineQueueSize: this.pick([10_000, 20]) },
      sliceSizes: this.options.slices === true ? tinySlices : undefined,
      memoryBytes: memoryBytesOf(this.options),
      lww: this.options.lww ?? false,
      evicts: this.options.evicts ?? false,
      dial: this.net.dialer(name, () => {
        if (!hub.isUp) return undefined;
        return (connection) => hub.engine.hub.accept(connection, nodeId, name);
      }),
    };
  }

  private readonly names = new Map<SimNode, string>();

  private work(): void {
    const { random } = this.scheduler;
    const node = random() < 0.1 ? this.hub : this.pick(this.below);
    if (!node.isUp) return;
    this.commands += 1;
    if (this.options.evicts) {
      if (node !== this.hub && random() < 0.2 && this.mayEvict(node)) node.evict();
      askAnything(node, {
        random,
        count: this.commands,
        expect: (name: string, by: number): void => this.expect(name, by),
      });
      return;
    }
    if (this.options.allTypes && random() < 0.7) {
      this.workOnAll(node);
      return;
    }
    const key = this.pick(keys);
    const r = random();
    if (r < 0.3) node.set(key, `v${this.commands}`, random() < 0.2 ? 1000 + random() * 60_000 : 0);
    else if (r < 0.4) node.set(key, 'x'.repeat(200) + this.commands, 3600_000);
    else if (r < 0.5) node.append(key, `+${this.commands}`);
    else if (r < 0.6) node.del(key);
    else if (r < 0.65) node.expire(key, 500 + random() * 100_000);
    else if (r < 0.7) node.expire(key, random() * 300);
    else if (r < 0.74) node.incr(key, 1);
    else if (r < 0.78) node.incrByFloat(key, '0.5');
    else if (r < 0.82) node.ship(key, this.pick(keys), random() < 0.5);
    else this.count(node, this.pick(counters), 1 + Math.floor(random() * 5));
  }

  private workOnAll(node: SimNode): void {
    const { random } = this.scheduler;
    if (random() < 0.1) {
      const [field, by] = [this.pick(summedFields), 1 + Math.floor(random() * 5)];
      const name = `${summedKey}.${field}`;
      node.askToIncr(['HINCRBY', summedKey, field, String(by)], name, by, () => this.expect(name, by));
      return;
    }
    const db = random() < 0.2 ? 1 : 0;
    if (db === 1 && random() < 0.05) node.ask(1, ['FLUSHDB']);
    else
      node.ask(
        db,
        anyCommand((from) => this.pick(from), random, this.commands),
      );
  }

  private mayEvict(node: SimNode): boolean {
    if (node !== this.witness) return true;
    if (!this.hasMetAbove(node)) return false;
    this.witness = undefined;
    return true;
  }

  /** Whether a node is linked with its hub as that is since it last started, and that one with its own. */
  private hasMetAbove(node: SimNode): boolean {
    const above = this.aboves.get(node);
    if (above === undefined) return true;
    const tag = node.engine.keeper?.link.peer?.facts.tag;
    return above.isUp && tag === above.engine.identity.tag && this.hasMetAbove(above);
  }

  private expect(key: string, by: number): void {
    this.expected.set(key, (this.expected.get(key) ?? 0) + by);
  }

  private count(node: SimNode, key: string, by: number): void {
    node.incr(key, by);
    this.expect(key, by);
  }

  private isInStep(node: SimNode): boolean {
    return node.isUp && node.engine.pendingOps() === 0 && node.engine.status().syncStatus === 'synced';
  }

  private powerLoss(node: SimNode): void {
    const before = node.increments;
    node.crash(true);
    for (const lost of before.filter((i) => !node.increments.includes(i))) {
      if (!this.expected.has(lost.key)) continue;
      this.expected.set(lost.key, this.expected.get(lost.key)! - lost.by);
    }
  }

  private restartLater(node: SimNode): void {
    this.scheduler.after(this.scheduler.random() * 20_000, () => {
      if (!node.isUp) node.start();
    });
  }

  private async makeTrouble(kind: Trouble): Promise<void> {
    const edge = this.pick(this.edges);
    const { random } = this.scheduler;
    if (kind === 'cut') this.net.cut(this.names.get(this.pick(this.below))!);
    else if (kind === 'heal') this.net.heal(this.names.get(this.pick(this.below))!);
    else if (kind === 'crash') {
      const node = random() < 0.2 ? this.hub : this.pick(this.below);
      if (!node.isUp) return;
      if (random() < 0.5) this.powerLoss(node);
      else node.crash(false);
      this.restartLater(node);
    } else if (kind === 'clone') {
      if (!this.isInStep(edge) || this.edges.length > this.options.edges + 2) return;
      edge.crash(false);
      this.addEdge(edge.options.nodeId, copyDisk(edge.disk)).start();
      edge.start();
    } else if (kind === 'rollback') {
      const backup = this.backups.get(edge);
      if (backup === undefined || edge === this.witness || !this.isInStep(edge)) {
        if (!edge.isUp || edge.isAstray()) return;
        this.backups.set(edge, copyDisk(edge.disk));
        // What the copy has and nobody was told of is then told by the next start.
        if (random() < 0.5) {
          this.powerLoss(edge);
          edge.start();
        }
        return;
      }
      edge.putBack(copyDisk(backup));
    } else if (kind === 'sweep') this.sweep(this.hub, this.scheduler.nowMs - 30_000);
    else {
      if (this.hubBackup === undefined) {
        if (!this.hub.isUp || this.hub.isAstray()) return;
        this.hubBackup = copyDisk(this.hub.disk);
        if (random() < 0.5) {
          this.powerLoss(this.hub);
          this.hub.start();
        }
        return;
      }
      await this.heal();
      const backup = this.hubBackup;
      this.hubBackup = undefined;
      this.witness = this.pick(this.edges.filter((e) => this.isInStep(e)));
      this.hub.putBack(copyDisk(backup));
    }
    this.did[kind] += 1;
  }

  /** Lets go of tombstones that are older, whoever has seen them. */
  private sweep(node: SimNode, keepSinceMs: number): void {
    if (!node.isUp) return;
    if (node.store.graveyard.sweep(1000, keepSinceMs) > 0) node.engine.noteHorizon();
  }

  /** Trouble for the time asked for. */
  async trouble(): Promise<void> {
    const { scheduler, options } = this;
    const endMs = startMs + options.seconds * 1000;
    // Without `sweep`: what is pending for longer than tombstones are kept can come back (SPEC.md, "Limits").
    const kinds = options.trouble ?? [
      'cut',
      'cut',
      'heal',
      'heal',
      'crash',
      'crash',
      'clone',
      'rollback',
      'rollback',
      'restore-hub',
    ];
    while (scheduler.nowMs < endMs) {
      await scheduler.runUntil(scheduler.nowMs + scheduler.random() * 300);
      const burst = scheduler.random() < 0.05 ? 60 : 1;
      for (let i = 0; i < burst; i++) this.work();
      for (const node of this.all) if (scheduler.random() < 0.2) node.purge();
      if (scheduler.random() < 0.04) await this.makeTrouble(this.pick(kinds));
    }
  }

  /** Everything comes up and is connected; runs until all are in step, or for ten minutes. */
  async heal(): Promise<void> {
    const { scheduler } = this;
    this.net.heal();
    for (const node of this.all) if (!node.isUp) node.start();
    for (let i = 0; i < 120; i++) {
      await scheduler.runUntil(scheduler.nowMs + 5000);
      if (this.options.evicts) await this.fetchAll();
      if (this.difference() === undefined && this.isSettled()) return;
    }
  }

  /** Every edge reads every key, so that nothing is left that it has evicted. */
  private async fetchAll(): Promise<void> {
    fetchAll(this.all);
    await this.scheduler.runUntil(this.scheduler.nowMs + 3000);
  }

  /** All of an id's nodes but one are told apart by who is connected: the others are in step as of their last time. */
  private isSettled(): boolean {
    const connected = this.edges.filter((e) => e.engine.status().linkState === 'live');
    return connected.length >= new Set(this.edges.map((e) => e.options.nodeId)).size;
  }

  /** What differs between two nodes; undefined if nothing does. */
  difference(): string | undefined {
    if (this.options.allTypes || this.options.evicts) return this.differenceOfAll();
    for (const key of [...keys, ...counters]) {
      const want = this.hub.get(key);
      for (const edge of this.below) {
        const got = edge.get(key);
        if (got !== want) return `${key}: hub has ${want}, ${this.names.get(edge)} has ${got}`;
      }
    }
    return undefined;
  }

  private differenceOfAll(): string | undefined {
    const want = this.hub.visible();
    for (const edge of this.below) {
      const isLive = edge.engine.status().linkState === 'live';
      const held = (all: Record<string, string>): Record<string, string> =>
        Object.fromEntries(Object.entries(all).filter(([name]) => isLive || edge.holds(name)));
      const found = differenceOf(held(want), held(edge.visible()));
      if (found !== undefined) return `${found}: hub and ${this.names.get(edge)}`;
    }
    return undefined;
  }

  check(): void {
    assert.equal(this.difference(), undefined, `seed ${this.options.seed}`);
    checkSums(this.hub, this.expected, `seed ${this.options.seed}`);
  }

  report(): FleetReport {
    const { all } = this;
    return {
      commands: this.commands,
      increments: [...this.expected.values()].reduce((a, b) => a + b, 0),
      bytes: this.net.bytes,
      troubles: this.did,
      forks: all.reduce((sum, n) => sum + n.engine.identity.forks, 0),
      conflicts: all.reduce((sum, n) => sum + n.conflicts, 0),
      scans: all.reduce((sum, n) => sum + n.engine.status().figures.scans, 0),
      evicted: all.reduce((sum, n) => sum + n.store.eviction.evictedCount, 0),
      fetched: all.reduce((sum, n) => sum + n.fetched, 0),
      leftOut: all.reduce((sum, n) => sum + n.engine.status().figures.deltasLeftOut, 0),
    };
  }

  stop(): void {
    for (const node of this.all) node.crash(false);
  }
}

/** Runs one fleet from seed to end. */
export async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const fleet = new Fleet(options);
  await fleet.trouble();
  await fleet.heal();
  fleet.check();
  const report = fleet.report();
  fleet.stop();
  return report;
}
