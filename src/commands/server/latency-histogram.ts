// LATENCY HISTOGRAM [command ...]: how many runs of each command took at most so many microseconds, by doubling bounds.
// https://redis.io/commands/latency-histogram
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { CommandEntry } from '../command-table.ts';
import { cumulative } from '../latency-buckets.ts';

export const latencyHistogram: CommandSpec = {
  name: 'histogram',
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '7.0.0',
  summary: 'Returns how long commands took, as counts by bounds.',
  syntax: '[<command> ...]',
  complexity: 'O(N), N being the number of commands',
  run: histogram,
};

function histogram(call: Call): void {
  const { reply } = call;
  const entries = (call.argc === 2 ? call.services.table.entries() : named(call))
    .flatMap((entry) => [entry, ...(entry.subcommands?.entries() ?? [])])
    .filter((entry) => entry.calls > 0);
  reply.map(entries.length);
  for (const { name, calls, buckets } of entries) {
    const steps = cumulative(buckets);
    reply.bulkLatin1(name);
    reply.map(2);
    reply.bulkLatin1('calls');
    reply.integer(calls);
    reply.bulkLatin1('histogram_usec');
    reply.map(steps.length);
    for (const [bound, runs] of steps) {
      reply.integer(bound);
      reply.integer(runs);
    }
  }
}

/** The commands that the arguments name, `config` or `config|get`; others are left out. */
function named(call: Call): CommandEntry[] {
  const entries: CommandEntry[] = [];
  for (let i = 2; i < call.argc; i++) {
    const [container = '', sub] = call.text(i).toLowerCase().split('|');
    const entry = call.services.table.get(container);
    const found = sub === undefined ? entry : entry?.subcommands?.get(sub);
    if (found !== undefined && !entries.includes(found)) entries.push(found);
  }
  return entries;
}
