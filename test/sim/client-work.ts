// What clients ask of a simulated node that evicts: anything, as requests that may have to wait for a key or be
// refused, and counters whose sums must come out in the end. It knows nodes one by one, and nothing of how they are
// linked.
import assert from 'node:assert/strict';
import { anyCommand, type Pick, summedFields, summedKey } from './any-command.ts';
import type { SimNode } from './sim-node.ts';

export const keys: readonly string[] = Array.from({ length: 8 }, (_, i) => `k${i}`);
export const counters: readonly string[] = Array.from({ length: 4 }, (_, i) => `c${i}`);

export interface ClientWork {
  readonly random: () => number;
  /** Makes values differ from all others. */
  readonly count: number;
  /** Told of what was counted: a key, or a key and a field with a dot between them. Undefined: nothing is counted. */
  readonly expect: ((name: string, by: number) => void) | undefined;
}

/** Sends one request. */
export function askAnything(node: SimNode, { random, count, expect }: ClientWork): void {
  const pick: Pick = (from) => from[Math.floor(random() * from.length)]!;
  const [key, r] = [pick(keys), random()];
  const value = `v${count}`;
  const increment = (args: readonly string[]): void => {
    if (expect === undefined) return;
    const by = 1 + Math.floor(random() * 5);
    const name = args.slice(1).join('.');
    node.askToIncr([...args, String(by)], name, by, () => expect(name, by));
  };
  if (r < 0.06) increment(['INCRBY', pick(counters)]);
  else if (r < 0.12) increment(['HINCRBY', summedKey, pick(summedFields)]);
  else if (r < 0.16) node.ask(0, ['SET', key, value]);
  else if (r < 0.18) node.ask(0, ['SET', key, 'x'.repeat(200) + count, 'PX', '60000']);
  else if (r < 0.22) node.ask(0, ['APPEND', key, value]);
  else if (r < 0.25) node.ask(0, ['DEL', key]);
  else if (r < 0.27) node.ask(0, ['INCRBYFLOAT', key, '0.5']);
  else if (r < 0.29) node.ask(0, ['MSET', key, value, pick(keys), value]);
  else if (r < 0.3) node.ask(1, ['FLUSHDB']);
  else node.ask(random() < 0.2 ? 1 : 0, anyCommand(pick, random, count));
}

/** Has nodes that evict read all that any of these nodes shows. */
export function fetchAll(nodes: readonly SimNode[]): void {
  const all = new Set(nodes.flatMap((node) => Object.keys(node.visible())));
  for (const node of nodes) {
    if (node.options.evicts !== true) continue;
    for (const name of all) {
      node.ask(Number(name.slice(0, name.indexOf(':'))), ['EXISTS', name.slice(name.indexOf(':') + 1)]);
    }
  }
}

/** What was counted, by the names that `expect` was told, is what a node has. */
export function checkSums(node: SimNode, expected: ReadonlyMap<string, number>, label: string): void {
  for (const [name, sum] of expected) {
    const [key, field] = name.split('.');
    const got =
      field === undefined
        ? node.get(key!)?.replace('@0', '')
        : node.send(0, 'HGET', key!, field).split('\r\n')[1];
    // Nothing is there where all of it was lost with the power.
    assert.equal(got || '0', String(sum), `${label}: ${name}`);
  }
}
