// SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] | ABORT: ends the node as SIGTERM does; the connection closes instead of a
// reply. The journal is made durable in any case; SAVE writes a snapshot first. FORCE ends also where that fails, or
// where the journal has failed before. NOW would not wait for replicas that lag behind; there are none, so it changes
// nothing. https://redis.io/commands/shutdown
import { CommandError, FerriteError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

const failed = 'ERR Errors trying to SHUTDOWN. Check logs.';

export const command: CommandSpec = {
  name: 'shutdown',
  arity: -1,
  flags: ['admin', 'noscript', 'loading', 'stale', 'no_multi', 'allow_busy'],
  group: 'server',
  since: '1.0.0',
  summary: 'Ends the node, with everything durable.',
  complexity: 'O(1)',
  syntax: '[NOSAVE|SAVE] [NOW] [FORCE] [ABORT]',
  run: shutdown,
};

interface Options {
  save: boolean | undefined;
  force: boolean;
}

function shutdown(call: Call): void {
  if (call.argc === 2 && call.is(1, 'abort')) throw new CommandError('ERR No shutdown in progress.');
  const { save, force } = readOptions(call);
  const { services } = call;
  const deferral = call.deferForever();
  (save === true ? snapshot(call) : durable(call, force))
    .then(() => services.shutdown({ now: false }))
    .catch((error: unknown) => {
      services.log.error('shutdown failed', {
        error: error instanceof Error ? error.message : String(error),
      });
      if (!force) throw error;
      return services.shutdown({ now: true });
    })
    .catch(() => deferral.resume((reply) => reply.error(failed)));
}

/** While the journal has failed, what it lacks would go with the node. */
async function durable(call: Call, force: boolean): Promise<void> {
  const { journal } = call.services;
  if (!force && journal?.failure !== undefined) throw new FerriteError('JOURNAL_IO', journal.failure);
}

async function snapshot(call: Call): Promise<void> {
  const { journal } = call.services;
  if (journal === undefined) throw new FerriteError('JOURNAL_IO', 'persistence is off');
  await journal.snapshot();
}

function readOptions(call: Call): Options {
  const options: Options = { save: undefined, force: false };
  for (let i = 1; i < call.argc; i++) {
    if (call.is(i, 'save') && options.save !== false) options.save = true;
    else if (call.is(i, 'nosave') && options.save !== true) options.save = false;
    else if (call.is(i, 'force')) options.force = true;
    else if (!call.is(i, 'now')) call.syntaxError();
  }
  return options;
}
