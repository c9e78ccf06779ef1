// OBJECT ENCODING | FREQ | IDLETIME | REFCOUNT key: how a value is kept, under the names that Redis would give, and
// when it was last used. Looking does not count as a use. https://redis.io/commands/object
import { CommandError } from '../../base/errors.ts';
import { frequency, idleSeconds } from '../../store/access-clock.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { encodingOf } from '../encoding-of.ts';
import { helpSubcommand } from '../help.ts';

const noFrequency =
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching ' +
  'between policies at runtime LRU and LFU data will take some time to adjust.';
const noIdleTime =
  'ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies ' +
  'at runtime LRU and LFU data will take some time to adjust.';

export const command: CommandSpec = {
  name: 'object',
  arity: -2,
  flags: [],
  group: 'generic',
  since: '2.2.3',
  summary: 'How values are kept and used.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    ofKey('encoding', 'Returns how the value is kept, in the words of Redis.', encoding),
    ofKey('freq', 'Returns how often the key was used, on a logarithmic scale, under an LFU policy.', freq),
    helpSubcommand('generic', '6.2.0'),
    ofKey('idletime', 'Returns the seconds since the last use.', idleTime),
    ofKey('refcount', 'Returns how many refer to the value: always 1.', (call) => call.reply.integer(1)),
  ],
};

function ofKey(name: string, summary: string, run: (call: Call, at: number) => void): CommandSpec {
  return {
    name,
    arity: 3,
    flags: ['readonly'],
    keys: { first: 2, last: 2, step: 1 },
    keyFlags: ['RO'],
    group: 'generic',
    since: '2.2.3',
    summary,
    syntax: '<key>',
    run: (call) => {
      const at = call.find(2);
      if (at === 0) call.reply.nil();
      else run(call, at);
    },
  };
}

function encoding(call: Call, at: number): void {
  call.reply.bulkLatin1(encodingOf(call, at));
}

function freq(call: Call, at: number): void {
  const { entries, eviction, ground, nowMs } = call.store;
  if (!ground.isLfu) throw new CommandError(noFrequency);
  call.reply.integer(frequency(entries.access(at), nowMs, eviction.lfu));
}

function idleTime(call: Call, at: number): void {
  const { entries, ground, nowMs } = call.store;
  if (ground.isLfu) throw new CommandError(noIdleTime);
  call.reply.integer(idleSeconds(entries.access(at), nowMs));
}
