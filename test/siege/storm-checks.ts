// What must be so once a storm is over and all nodes are linked again: they answer the same, have what clients were
// told that they have, keep within their memory, and come back as they were. Each check gives what is wrong, in words.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Reply } from '../../src/resp/reply-reader.ts';
import { askOnce } from '../e2e/pipeline.ts';
import type { Random } from '../fuzz/random.ts';
import type { Account } from './account.ts';
import { differences, digest, digestOf, evictedOf } from './digest.ts';
import { groupKeys } from './storm-client.ts';
import type { StormFleet, StormNode } from './storm-fleet.ts';

/** What a process has besides its data: the engine and its heap, and what is on its way. */
const besidesBytesMax = 400 * 1024 * 1024;
/** A node that was full lies less densely when it has been read back. */
const slack = 17 / 16;
const restMs = 300;
const settledMsMax = 5000;
const shownMax = 5;
/** A node that saw nothing worse than its peers coming and going logs nothing at this level. */
const badLine = /^\S+Z error /;
const goodLine = /^\S+Z (info|warn|debug) /;
/** Of the elements of a HyperLogLog. */
const shareOff = 0.06;

type Holdings = ReadonlyMap<string, string>;

function few(found: readonly string[]): string[] {
  return found.length <= shownMax
    ? [...found]
    : [...found.slice(0, shownMax), `and ${found.length - shownMax} more`];
}

async function rowsOf(node: StormNode, command: string): Promise<Map<string, string>> {
  const rows = (await askOnce(node.server.port, command)) as Reply[];
  return new Map(rows.flatMap((name, i) => (i % 2 === 0 ? [[String(name), String(rows[i + 1])]] : [])));
}

/** Figures of all nodes since they were started last, added up. */
export async function figures(fleet: StormFleet, ...names: readonly string[]): Promise<string> {
  const all = await Promise.all(fleet.nodes.map((node) => rowsOf(node, 'EDGE.STATS')));
  const sum = (name: string): number => all.reduce((total, rows) => total + Number(rows.get(name)), 0);
  return names.map((name) => `${sum(name)} ${name.replaceAll('_', ' ')}`).join(', ');
}

/** How each that answers stands to its hub, in words. */
export async function standings(fleet: StormFleet): Promise<string[]> {
  const rows = await Promise.allSettled(fleet.nodes.map((node) => rowsOf(node, 'EDGE.STATUS')));
  return rows.map((answer, i) => {
    const { name } = fleet.nodes[i]!;
    if (answer.status === 'rejected') return `${name} does not answer: ${String(answer.reason)}`;
    const said = ['sync_status', 'link_state', 'pending_ops', 'last_error'].map((row) =>
      answer.value.get(row),
    );
    return `${name}: ${said.join(', ')}`;
  });
}

/** Who has something to send still, or sends though nothing is written. */
export async function restless(fleet: StormFleet): Promise<string[]> {
  const faults: string[] = [];
  const before = await Promise.all(fleet.nodes.map((node) => rowsOf(node, 'EDGE.STATUS')));
  await delay(restMs);
  for (const [i, node] of fleet.nodes.entries()) {
    const rows = await rowsOf(node, 'EDGE.STATUS');
    for (const name of ['deltas_sent', 'deltas_received']) {
      const [then, now] = [before[i]!.get(name), rows.get(name)];
      if (then !== now)
        faults.push(`${name} of ${node.name} went from ${then} to ${now} though all is synced`);
    }
    const pending = await pendingOf(node);
    if (pending !== '0') faults.push(`${node.name} has pending: ${pending}`);
  }
  return faults;
}

/** What stays pending: a purge or an eviction is noted in the log at any time, and is pending until it is durable. */
async function pendingOf(node: StormNode): Promise<string | undefined> {
  const endMs = performance.now() + settledMsMax;
  for (;;) {
    const pending = (await rowsOf(node, 'EDGE.STATUS')).get('pending_ops');
    if (pending === '0' || performance.now() > endMs) return pending;
    await delay(restMs);
  }
}

/** All answer as the hub does; who has room for all and evicted nothing lists the same keys, too. */
export async function unlike(fleet: StormFleet): Promise<{ faults: string[]; common: Holdings }> {
  const common = await digest(fleet.node('hub').server.port, false);
  const faults = await Promise.all(
    fleet.nodes.map(async (node) => {
      const { port } = node.server;
      const listed = await digest(port, false);
      const more = [...listed.keys()].filter((name) => !common.has(name));
      const all = node.holdsAll ? listed : await digestOf(port, [...common.keys(), ...more]);
      return few(differences(common, all).map((text) => `the hub and ${node.name}: ${text}`));
    }),
  );
  return { faults: faults.flat(), common };
}

async function textsOf(port: number, ...request: string[]): Promise<string[]> {
  const reply = await askOnce(port, ...request);
  if (reply instanceof Error) throw reply;
  return Array.isArray(reply) ? reply.map(String) : [String(reply ?? '')];
}

const evenOnes = (texts: readonly string[]): string[] => texts.filter((_, i) => i % 2 === 0);

const readers = {
  set: (port: number, key: string) => textsOf(port, 'SMEMBERS', key),
  hash: async (port: number, key: string) => evenOnes(await textsOf(port, 'HGETALL', key)),
  zset: (port: number, key: string) => textsOf(port, 'ZRANGE', key, '0', '-1'),
  list: (port: number, key: string) => textsOf(port, 'LRANGE', key, '0', '-1'),
  stream: async (port: number, key: string) => {
    const entries = (await askOnce(port, 'XRANGE', key, '-', '+')) as Reply[][];
    return entries.map(([, fields]) => String((fields as Reply[])[1]));
  },
  string: async (port: number, key: string) =>
    (await textsOf(port, 'GET', key)).join('').split(';').filter(Boolean),
  none: async () => [],
} satisfies Record<string, (port: number, key: string) => Promise<string[]>>;

/** The number in an element's name. */
const serialOf = (element: string): number => Number(element.split('.')[1]);
const isRising = (numbers: readonly number[]): boolean =>
  numbers.every((n, i) => i === 0 || n > numbers[i - 1]!);

/** Elements of one client stand in the order in which it added them. */
function disordered(key: string, found: readonly string[]): string[] {
  const clients = new Set(found.map((element) => element.split('.')[0]));
  return [...clients].flatMap((client) => {
    const elements = found.filter((element) => element.startsWith(`${client}.`));
    const atHead = elements.filter((element) => element.endsWith('.L'));
    const atEnd = elements.filter((element) => !element.endsWith('.L'));
    const serials = [...atHead.map((element) => -serialOf(element)), ...atEnd.map(serialOf)];
    const isSo = isRising(serials) && elements.join() === [...atHead, ...atEnd].join();
    return isSo
      ? []
      : [`${key} has what ${client} pushed in another order: ${elements.join(' ').slice(0, 4000)}`];
  });
}

async function elementFaults(account: Account, port: number): Promise<string[]> {
  const faults: string[] = [];
  for (const [key, asked] of account.elements) {
    if (key === 'kept:p') {
      const count = Number(await askOnce(port, 'PFCOUNT', key));
      const done = [...asked.values()].filter((outcome) => outcome === 'done').length;
      if (count < done * (1 - shareOff) - 1 || count > asked.size * (1 + shareOff) + 1) {
        faults.push(`${key} counts ${count}, and ${done} of ${asked.size} were added`);
      }
      continue;
    }
    const type = String(await askOnce(port, 'TYPE', key));
    const found = await readers[type as keyof typeof readers](port, key);
    faults.push(...few(account.faultsOf(key, found)));
    if (['list', 'stream', 'string'].includes(type)) faults.push(...disordered(key, found));
  }
  return [...faults, ...(await groupFaults(account, port))];
}

/** What EXEC was to add to several keys, and was not answered, is in all of them or in none. */
async function groupFaults(account: Account, port: number): Promise<string[]> {
  const sets = await textsOf(port, 'SMEMBERS', 'kept:gs');
  const others = [
    new Set(await readers.hash(port, 'kept:gh')),
    new Set(await textsOf(port, 'LRANGE', 'kept:gl', '0', '-1')),
  ];
  const present = new Set(sets);
  const refused = new Set<string>();
  for (const key of groupKeys) {
    for (const [element, outcome] of account.elementsOf(key)) {
      // One who found no memory for a part may have found none where no answer came, too.
      if (outcome === 'refused') refused.add(element.split('.')[0]!);
    }
  }
  return [...account.elementsOf('kept:gs').keys()]
    .filter((element) => !refused.has(element.split('.')[0]!))
    .filter((element) => others.some((other) => other.has(element) !== present.has(element)))
    .map((element) => `of what EXEC added at once a part is missing: ${element}`);
}

async function counterFaults(account: Account, port: number): Promise<string[]> {
  const faults: string[] = [];
  const countOf = async (name: string): Promise<number> => {
    const [key = '', field = ''] = name.split(' ');
    if (field === '') return Number(await askOnce(port, 'GET', key));
    return Number(await askOnce(port, key === 'count:z' ? 'ZSCORE' : 'HGET', key, field));
  };
  let sum = 0;
  for (const [name, counter] of account.counters) {
    const value = await countOf(name);
    if (name.startsWith('sum:')) sum += value;
    if (name !== 'sum' && !counter.allows(value)) faults.push(`${name} is ${value} and not ${counter}`);
  }
  const shared = await countOf('sum');
  // What was refused for one of the two alone, in a group, is known; of what was not answered both are there, or none.
  const own = [...account.counters].filter(([name]) => name.startsWith('sum:'));
  const differing =
    (account.counters.get('sum')?.done ?? 0) - own.reduce((all, [, { done }]) => all + done, 0);
  if (shared !== sum + differing) faults.push(`sum is ${shared}, and its parts have ${sum + differing}`);
  return faults;
}

async function registerFaults(account: Account, port: number): Promise<string[]> {
  const faults: string[] = [];
  for (const [key, register] of account.registers) {
    const value = await askOnce(port, 'GET', key);
    if (!register.allows(value === null ? undefined : String(value))) {
      faults.push(`${key} is ${value ?? 'nothing'} and not ${register}`);
    }
  }
  return faults;
}

/** What clients were told against what a node has. */
export async function unkept(account: Account, node: StormNode): Promise<string[]> {
  const { port } = node.server;
  return [
    ...(await elementFaults(account, port)),
    ...few(await counterFaults(account, port)),
    ...few(await registerFaults(account, port)),
  ];
}

/** Who uses more memory than it may. */
export async function overweight(fleet: StormFleet): Promise<string[]> {
  const faults: string[] = [];
  for (const node of fleet.nodes) {
    const rows = await rowsOf(node, 'EDGE.STATS');
    const [used, limit] = [Number(rows.get('memory_used')), Number(rows.get('memory_limit'))];
    const status = readFileSync(`/proc/${node.server.pid}/status`, 'latin1');
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    if (!(used <= limit * slack)) faults.push(`${node.name} uses ${used} of ${limit} bytes`);
    if (!(peak <= limit + besidesBytesMax))
      faults.push(`${node.name} had ${peak} bytes, its limit is ${limit}`);
  }
  return faults;
}

/** What logs say that they should not. */
export function suspect(fleet: StormFleet): string[] {
  return fleet.nodes.flatMap(({ name, server }) =>
    few(
      server.output
        .split('\n')
        .filter((line) => line !== '' && (badLine.test(line) || !goodLine.test(line)))
        .map((line) => `the log of ${name}: ${line}`),
    ),
  );
}

/** Each ends, in order or not, and is the same when it is back. Alone, so that nobody gives it what it lost. */
export async function changedByRestart(fleet: StormFleet, random: Random): Promise<string[]> {
  for (const { cable } of fleet.nodes) cable?.pull();
  const faults = await Promise.all(
    fleet.nodes.map(async (node) => {
      const isKilled = random.chance(0.3);
      const before = await digest(node.server.port, true);
      await (isKilled ? node.kill() : node.end());
      await fleet.restart(node);
      const after = await digest(node.server.port, true);
      // What was taken back as a whole may be known as evicted again: it is asked for once more, and not lost.
      for (const name of await evictedOf(node.server.port, before.keys())) {
        before.delete(name);
        after.delete(name);
      }
      const how = `${node.name} before and after ${isKilled ? 'kill -9' : 'SIGTERM'}`;
      return few(differences(before, after).map((text) => `${how}: ${text}`));
    }),
  );
  return faults.flat();
}
