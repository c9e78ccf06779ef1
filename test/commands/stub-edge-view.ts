// What EDGE commands show in the tests of commands: fixed rows, one conflict, and a sync that does as it is told.
import type { ConflictView, EdgeView } from '../../src/commands/edge-view.ts';

export class StubEdgeView implements EdgeView {
  failure: Error | undefined;
  lastFull: boolean | undefined;
  url: string | undefined = 'ws://127.0.0.1:6380/edge/ws';
  found: ConflictView[] = [
    {
      id: 1,
      db: 0,
      key: Buffer.from('k'),
      type: 'hash',
      element: Buffer.from('f'),
      strategy: 'crdt',
      foundMs: 1_790_000_000_000,
      winner: { origin: 'b/00000002', writtenMs: 1_790_000_000_000, stamp: 2, value: Buffer.from('new') },
      loser: { origin: 'a/00000001', writtenMs: 1_789_999_999_000, stamp: 1, value: Buffer.from('old') },
      loserType: 'set',
    },
  ];

  known = new Map([
    ['a', 'linked'],
    ['b', 'away'],
  ]);

  status = () => [['sync_status', 'synced'] as const, ['pending_ops', 0] as const];
  stats = () => [['keys', 3] as const];
  queue = () => [['pending_ops', 0] as const];
  clock = () => [['a/00000001', 42] as const];
  config = () => [['edge.mode', 'edge'] as const];
  peers = () => [...this.known];
  forgetPeer = (nodeId: string) => this.known.delete(nodeId);
  prefixes = () => ['*'];
  endpoint = () => this.url;
  resources = async () => [['memory_level', 'normal'] as const];
  conflictCount = () => this.found.length;
  conflicts = (count: number) => this.found.slice(0, count);
  conflict = (id: number) => this.found.find((c) => c.id === id);

  async sync(full: boolean) {
    this.lastFull = full;
    if (this.failure !== undefined) throw this.failure;
    return [['deltas_sent', 2] as const];
  }

  clearConflicts(id: number | undefined): number {
    const before = this.found.length;
    this.found = id === undefined ? [] : this.found.filter((c) => c.id !== id);
    return before - this.found.length;
  }
}
