// GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST]: the value of a string, whose deadline changes: one expire, or
// one clear where the deadline has passed. https://redis.io/commands/getex
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import {
  applyDeadline,
  DeadlineOption,
  deadlineOption,
  optionDeadline,
  removeDeadline,
} from '../deadline.ts';

export const command: CommandSpec = {
  name: 'getex',
  arity: -2,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '6.2.0',
  summary: 'Returns the string value of a key and sets or removes its deadline.',
  syntax:
    '<key> [EX <seconds> | PX <milliseconds> | EXAT <unix-time-seconds> | PXAT ' +
    '<unix-time-milliseconds> | PERSIST]',
  complexity: 'O(1)',
  run: getEx,
};

function getEx(call: Call): void {
  let persists = false;
  let option: DeadlineOption = DeadlineOption.none;
  let optionAt = 0;
  for (let i = 2; i < call.argc; i++) {
    if (call.is(i, 'persist') && option === DeadlineOption.none) {
      persists = true;
      continue;
    }
    const found = deadlineOption(call, i);
    const clashes = persists || (option !== DeadlineOption.none && option !== found);
    if (found === DeadlineOption.none || clashes) call.syntaxError();
    option = found;
    optionAt = ++i;
  }
  const at = call.findString(1);
  if (at === 0) {
    call.reply.nil();
    return;
  }
  const deadlineMs = option === DeadlineOption.none ? 0 : optionDeadline(call, option, optionAt);
  call.replyString(at);
  if (option !== DeadlineOption.none) applyDeadline(call, at, deadlineMs);
  else if (persists) removeDeadline(call, at);
}
