// LATENCY: spikes of latency by what caused them, and how long commands take. https://redis.io/commands/latency
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import type { LatencyEvent } from '../latency-monitor.ts';
import { latencyHistogram } from './latency-histogram.ts';

const flags: readonly CommandFlag[] = ['admin', 'noscript', 'loading', 'stale'];
const shared = { flags, group: 'server', since: '2.8.13' } as const;

export const command: CommandSpec = {
  name: 'latency',
  arity: -2,
  flags: [],
  group: 'server',
  since: '2.8.13',
  summary: 'Spikes of latency, and how long commands take.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    {
      ...shared,
      name: 'doctor',
      arity: 2,
      summary: 'Tells in words what took long.',
      complexity: 'O(1)',
      run: doctor,
    },
    {
      ...shared,
      name: 'graph',
      arity: 3,
      summary: 'Draws the samples of an event.',
      syntax: '<event>',
      complexity: 'O(1)',
      run: graph,
    },
    helpSubcommand('server', '2.8.13'),
    latencyHistogram,
    {
      ...shared,
      name: 'history',
      arity: 3,
      summary: 'Returns the samples of an event.',
      syntax: '<event>',
      complexity: 'O(1)',
      run: history,
    },
    {
      ...shared,
      name: 'latest',
      arity: 2,
      summary: 'Returns the newest sample of each event.',
      complexity: 'O(1)',
      run: latest,
    },
    {
      ...shared,
      name: 'reset',
      arity: -2,
      summary: 'Forgets the samples of events, or of all.',
      syntax: '[<event> ...]',
      complexity: 'O(1)',
      run: reset,
    },
  ],
};

const graphRows = 4;
const graphColumns = 80;

function latest(call: Call): void {
  const { reply, services } = call;
  const { events } = services.latency;
  reply.array(events.size);
  for (const [name, { samples, maxMs }] of events) {
    const last = samples.at(-1);
    reply.array(4);
    reply.bulkLatin1(name);
    reply.integer(last?.atSeconds ?? 0);
    reply.integer(last?.ms ?? 0);
    reply.integer(maxMs);
  }
}

function history(call: Call): void {
  const samples = call.services.latency.events.get(call.text(2))?.samples ?? [];
  call.reply.array(samples.length);
  for (const { atSeconds, ms } of samples) {
    call.reply.array(2);
    call.reply.integer(atSeconds);
    call.reply.integer(ms);
  }
}

function reset(call: Call): void {
  const { latency } = call.services;
  const names = call.argc === 2 ? [...latency.events.keys()] : [];
  for (let i = 2; i < call.argc; i++) names.push(call.text(i));
  call.reply.integer(names.filter((name) => latency.forget(name)).length);
}

function doctor(call: Call): void {
  const { events, thresholdUsec } = call.services.latency;
  call.reply.verbatim('txt', adviceOn(events, thresholdUsec));
}

function adviceOn(events: ReadonlyMap<string, LatencyEvent>, thresholdUsec: number): string {
  if (!Number.isFinite(thresholdUsec)) {
    return 'Latency is not watched. Begin with CONFIG SET latency-monitor-threshold <ms>, then ask again.\n';
  }
  if (events.size === 0) return 'Nothing has taken longer than the threshold so far.\n';
  let text = '';
  for (const [name, { samples, maxMs }] of events) {
    const sum = samples.reduce((total, { ms }) => total + ms, 0);
    const mean = Math.round(sum / Math.max(1, samples.length));
    text += `${name}: ${samples.length} spikes, ${mean} ms on average, ${maxMs} ms at worst.\n`;
  }
  const advice = 'SLOWLOG GET names the commands; large keys and commands of O(N) are what to look for.\n';
  return `${text}${advice}`;
}

function graph(call: Call): void {
  const name = call.text(2);
  const event = call.services.latency.events.get(name);
  if (event === undefined) throw new CommandError(`ERR No samples available for event '${name}'`);
  const samples = event.samples.slice(-graphColumns);
  const highMs = Math.max(...samples.map(({ ms }) => ms));
  const lowMs = Math.min(...samples.map(({ ms }) => ms));
  const title = `${name} - high ${highMs} ms, low ${lowMs} ms (all time high ${event.maxMs} ms)`;
  const lines = [title, '-'.repeat(graphColumns)];
  for (let row = graphRows; row >= 1; row--) {
    const floor = lowMs + ((highMs - lowMs) * (row - 1)) / graphRows;
    lines.push(
      samples
        .map(({ ms }) => (ms > floor || row === 1 ? '#' : ' '))
        .join('')
        .trimEnd(),
    );
  }
  call.reply.verbatim('txt', `${lines.join('\n')}\n`);
}
