// Nodes in a test's own process, with real sockets and directories. What a test starts ends with it, and what it kept
// on disk goes with it, whether it passed or not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { EdgeNode, type EdgeNodeOptions } from '../../src/node.ts';

interface Kept {
  readonly nodes: EdgeNode[];
  readonly dirs: string[];
}

const keptBy = new WeakMap<TestContext, Kept>();

function keptOf(t: TestContext): Kept {
  const known = keptBy.get(t);
  if (known !== undefined) return known;
  const kept: Kept = { nodes: [], dirs: [] };
  keptBy.set(t, kept);
  t.after(async () => {
    await Promise.all(kept.nodes.map((node) => node.close()));
    for (const dir of kept.dirs) rmSync(dir, { recursive: true, force: true });
  });
  return kept;
}

/** An open node, in little memory where nothing says how much. It may be closed before the test ends. */
export async function startNode(t: TestContext, options: EdgeNodeOptions = {}): Promise<EdgeNode> {
  const memory = options.preset === undefined ? { memoryLimit: '16mb' } : {};
  const node = new EdgeNode({ ...memory, ...options });
  keptOf(t).nodes.push(node);
  await node.open();
  return node;
}

/** A hub that listens for edges on a free port. */
export function startHub(t: TestContext, options: EdgeNodeOptions = {}): Promise<EdgeNode> {
  const settings = { 'hub.port': '0', ...options.settings };
  return startNode(t, { nodeId: 'hub', mode: 'hub', ...options, settings });
}

/** An edge of that hub that is quick to dial again. */
export function startEdge(t: TestContext, hub: EdgeNode, options: EdgeNodeOptions = {}): Promise<EdgeNode> {
  const settings = { 'sync.reconnect_initial_delay': '20ms', ...options.settings };
  return startNode(t, { nodeId: 'edge', hubUrl: String(hub.endpoint), ...options, settings });
}

/** A new directory. */
export function newDir(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'ferrite-node-'));
  keptOf(t).dirs.push(dir);
  return dir;
}
