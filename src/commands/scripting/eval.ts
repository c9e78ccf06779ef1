// EVAL, EVALSHA, FCALL and their read-only forms: refused in plain words, for this server runs no Lua.
// https://redis.io/commands/eval
import { CommandError } from '../../base/errors.ts';
import { noScripts } from '../../resp/errors.ts';
import type { CommandSpec } from '../command.ts';

function refused(name: string, since: string, body: string): CommandSpec {
  const reads = name.endsWith('_ro');
  return {
    name,
    arity: -3,
    flags: reads
      ? ['readonly', 'noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys']
      : ['noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys'],
    keySpecs: [
      {
        flags: reads ? ['RO', 'access'] : ['RW', 'access', 'update'],
        begin: 2,
        find: { countAt: 0, first: 1, step: 1 },
      },
    ],
    group: 'scripting',
    since,
    summary: 'Refused: this server runs no scripts.',
    syntax: `<${body}> <numkeys> [<key> ...] [<arg> ...]`,
    run: () => {
      throw new CommandError(noScripts);
    },
  };
}

export const commands: readonly CommandSpec[] = [
  refused('eval', '2.6.0', 'script'),
  refused('eval_ro', '7.0.0', 'script'),
  refused('evalsha', '2.6.0', 'sha1'),
  refused('evalsha_ro', '7.0.0', 'sha1'),
  refused('fcall', '7.0.0', 'function'),
  refused('fcall_ro', '7.0.0', 'function'),
];
