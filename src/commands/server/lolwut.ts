// LOLWUT [VERSION n ...]: a small picture that is never twice the same, and the version.
// https://redis.io/commands/lolwut
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { redisVersion } from '../redis-version.ts';

export const command: CommandSpec = {
  name: 'lolwut',
  arity: -1,
  flags: ['readonly', 'fast'],
  group: 'server',
  since: '5.0.0',
  summary: 'Draws some waves and tells the version.',
  syntax: '[VERSION <version:integer>]',
  complexity: 'O(1)',
  run: lolwut,
};

const columns = 48;
const rows = 6;
const shades = ' .:-=+*#';

function lolwut(call: Call): void {
  if (call.argc > 1 && !call.is(1, 'version')) call.syntaxError();
  if (call.argc > 2 && call.integer(2) < 0) throw new CommandError('ERR value is out of range');
  const phase = call.store.nowMs / 1000;
  let text = '';
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const height = Math.sin(x / 5 + phase) + Math.cos((x + y * 4) / 7 - phase) + Math.sin(y + phase / 2);
      text += shades[Math.floor(((height + 3) / 6) * (shades.length - 0.001))] ?? '';
    }
    text += '\n';
  }
  call.reply.verbatim('txt', `${text}\nferrite-ts ${call.services.version}, Redis ver. ${redisVersion}\n`);
}
