// MEMORY USAGE, STATS, DOCTOR, MALLOC-STATS, PURGE: what keys take and how the arena is filled, all of it counted, none
// estimated. https://redis.io/commands/memory
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { subcommandsOf } from '../subcommand.ts';
import { memoryStats } from './memory-stats.ts';

/** What a key's slot in its table takes. */
const slotBytes = 4;
const freedSegmentsPerSlice = 4096;
const mb = 1024 * 1024;

const subcommand = subcommandsOf({ group: 'server', since: '4.0.0' });

export const command: CommandSpec = {
  name: 'memory',
  arity: -2,
  flags: [],
  group: 'server',
  since: '4.0.0',
  summary: 'What takes memory.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    subcommand('doctor', 2, [], 'Tells what is unusual about the memory in use.', '', doctor),
    helpSubcommand('server', '4.0.0'),
    subcommand('malloc-stats', 2, [], 'Tells how the arena is filled.', '', mallocStats),
    subcommand('purge', 2, [], 'Frees at once what flushes have left.', '', purge),
    memoryStats,
    subcommand(
      'usage',
      -3,
      ['readonly'],
      'Returns the bytes that a key takes.',
      '<key> [SAMPLES <count>]',
      usage,
      { keys: { first: 2, last: 2, step: 1 }, keyFlags: ['RO'], complexity: 'O(1)' },
    ),
  ],
};

/** SAMPLES is for values of many parts; what they take is known here without looking at any. */
function usage(call: Call): void {
  if (call.argc > 3) {
    if (call.argc !== 5 || !call.is(3, 'samples') || call.integer(4) < 0) call.syntaxError();
  }
  const at = call.find(2);
  if (at === 0) call.reply.nil();
  else call.reply.integer(call.store.arena.capacity(at) + call.store.outerBytes(at) + slotBytes);
}

function purge(call: Call): void {
  while (call.store.freeSlice(freedSegmentsPerSlice));
  call.reply.ok();
}

function mallocStats(call: Call): void {
  const { arena } = call.store;
  const lines = [
    `arena capacity: ${arena.capacityBytes} bytes`,
    `limit: ${arena.limitBytes} bytes`,
    `units in use: ${arena.usedBytes / arena.unitBytes} of ${arena.unitBytes} bytes`,
    `blocks in use: ${arena.liveBytes} bytes`,
    `free within units: ${arena.usedBytes - arena.liveBytes} bytes`,
  ];
  call.reply.verbatim('txt', `${lines.join('\n')}\n`);
}

function doctor(call: Call): void {
  const { store } = call;
  const { arena } = store;
  const { keys, tombs } = store.counts();
  const advice: string[] = [];
  if (store.usedBytes > 0.9 * store.limitBytes) {
    advice.push('Over 90 % of the limit is in use: writes will soon be refused with OOM.');
  }
  if (arena.usedBytes > 16 * mb && arena.liveBytes < arena.usedBytes / 2) {
    advice.push('Over half of the memory in use is free room between keys, left by those that were deleted.');
  }
  if (tombs > 1000 && tombs > keys) {
    advice.push(
      'There are more deletes to be remembered for peers than keys: has a peer not synced for long?',
    );
  }
  call.reply.verbatim('txt', advice.length === 0 ? 'Nothing unusual.\n' : `${advice.join('\n')}\n`);
}
