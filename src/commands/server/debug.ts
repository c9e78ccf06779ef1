// DEBUG SLEEP | OBJECT | HELP: aids for tests, as far as they mean something here. One command, as in Redis, so that rules
// of access can name any first argument of it. https://redis.io/commands/debug
import { CommandError } from '../../base/errors.ts';
import { noSuchKey, notAFloat } from '../../resp/errors.ts';
import { idleSeconds } from '../../store/access-clock.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

/** Nobody needs more, and nothing but the end of the process could cut it short. */
const sleepSecondsMax = 600;

export const command: CommandSpec = {
  name: 'debug',
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '1.0.0',
  summary: 'Helps with tests.',
  syntax: 'SLEEP <seconds:double> | OBJECT <key> | HELP',
  complexity: 'O(1)',
  run: debug,
};

const help = [
  'DEBUG <subcommand> [<argument> ...]. The subcommands are:',
  'SLEEP <seconds>',
  '    Blocks the server for some seconds.',
  'OBJECT <key>',
  '    Tells how a value is kept.',
  'HELP',
  '    Lists the subcommands.',
];

function debug(call: Call): void {
  if (call.is(1, 'sleep') && call.argc === 3) sleep(call);
  else if (call.is(1, 'object') && call.argc === 3) object(call);
  else if (call.is(1, 'help') && call.argc === 2) {
    call.reply.array(help.length);
    for (const line of help) call.reply.simple(line);
  } else {
    throw new CommandError(
      `ERR unknown subcommand or wrong number of arguments for '${call.text(1).slice(0, 128)}'. Try DEBUG HELP.`,
    );
  }
}

function sleep(call: Call): void {
  const seconds = call.float(2);
  if (seconds < 0 || seconds > sleepSecondsMax) throw new CommandError(notAFloat);
  call.services.sleep(seconds * 1000);
  call.reply.ok();
}

function object(call: Call): void {
  const at = call.find(2);
  if (at === 0) throw new CommandError(noSuchKey);
  const { entries, ground, nowMs } = call.store;
  const idle = ground.isLfu ? 0 : idleSeconds(entries.access(at), nowMs);
  call.reply.simple(
    `Value at:${at} refcount:1 type:${entries.type(at)} lru:${entries.access(at)} lru_seconds_idle:${idle}`,
  );
}
