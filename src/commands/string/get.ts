// GET key: the value of a string, nil where there is none. https://redis.io/commands/get
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { isLargeString } from '../large-work.ts';
import { type Part, replyPart } from './reply-part.ts';

export const command: CommandSpec = {
  name: 'get',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Returns the string value of a key.',
  syntax: '<key>',
  complexity: 'O(1)',
  run: get,
};

const whole = (length: number): Part => ({ start: 0, end: length });

function get(call: Call): void {
  const at = call.findString(1);
  if (at === 0) call.reply.nil();
  else if (isLargeString(call.store, at)) replyPart(call, at, whole);
  else call.replyString(at);
}
