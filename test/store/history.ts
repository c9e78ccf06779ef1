// Histories of a fleet, for the tests of joins: what is played on three nodes that deliver to one another now and then,
// and the delivery of what they made to another node in a given order. What a command does is the tests' own.
import { TestNode } from './fleet.ts';
import { buildMs } from './new-store.ts';

export interface Step<Run> {
  readonly node: number;
  /** Time that passes before it; 1 where it is not said, and then clocks are 50 ms apart. */
  readonly passMs?: number;
  readonly what: { readonly run: Run } | { readonly pull: number };
}

/** Plays a history on three nodes, to which everything is delivered in the end, at the time of its end. */
export function playHistory<Run>(
  history: readonly Step<Run>[],
  perform: (node: TestNode, run: Run) => void,
  lww: boolean,
  nodes: TestNode[] = ['n1', 'n2', 'n3'].map((n) => new TestNode(n, { lww })),
): TestNode[] {
  const seen = nodes.map(() => [0, 0, 0]);
  let time = buildMs;
  for (const { node, passMs, what } of history) {
    const here = nodes[node]!;
    time += passMs ?? 1;
    here.setTime(passMs === undefined ? time + node * 50 : time);
    if ('run' in what) perform(here, what.run);
    else if (what.pull !== node) {
      const from = nodes[what.pull]!;
      const batch = from.history[seen[node]![what.pull]!];
      if (batch === undefined) continue;
      here.join(batch, from);
      seen[node]![what.pull] = seen[node]![what.pull]! + 1;
    }
  }
  for (const { passMs } of history.slice(-1)) {
    if (passMs !== undefined) for (const here of nodes) here.setTime(time);
  }
  for (const [i, here] of nodes.entries()) {
    for (const [j, from] of nodes.entries()) {
      if (i !== j) for (const batch of from.history.slice(seen[i]![j]!)) here.join(batch, from);
    }
  }
  return nodes;
}

/**
 * Delivers all that the nodes made to `fresh`, in an order that keeps each origin's own; where `again` says so an
 * earlier batch comes once more, as after a lost acknowledgement.
 */
export function deliverInOrder(
  nodes: readonly TestNode[],
  fresh: TestNode,
  order: readonly number[],
  again: readonly boolean[],
): void {
  const next = [0, 0, 0];
  const deliver = (i: number, n: number): void => {
    const batch = nodes[i]!.history[n];
    if (batch !== undefined) fresh.join(batch, nodes[i]!);
  };
  order.forEach((i, turn) => {
    deliver(i, next[i]!);
    if (again[turn] === true) deliver(i, Math.max(0, next[i]! - 1));
    next[i]! += 1;
  });
  for (const i of [0, 1, 2]) for (; next[i]! < nodes[i]!.history.length; next[i]! += 1) deliver(i, next[i]!);
}
