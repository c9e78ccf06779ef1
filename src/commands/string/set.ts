// SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]: one put. https://redis.io/commands/set
import { CommandError } from '../../base/errors.ts';
import { wrongType } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import { keepDeadline } from '../../store/strings.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { DeadlineOption, deadlineOption, optionDeadline } from '../deadline.ts';
import { hasWord } from '../keys-of.ts';

/** Options with which what was there matters, or with which nothing may be there in the end. */
const notReplacing = ['nx', 'xx', 'get', 'keepttl', 'exat', 'pxat'];

export const command: CommandSpec = {
  name: 'set',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'access', 'update', 'variable_flags'],
  findKeys: (args, base) => {
    const reads = hasWord(args, base + 3, 'get');
    return [{ index: base + 1, flags: reads ? ['RW', 'access', 'update'] : ['OW', 'update'] }];
  },
  onUnheld: (args) => (notReplacing.some((word) => hasWord(args, 3, word)) ? 'needs' : 'replaces'),
  group: 'string',
  since: '1.0.0',
  summary: 'Sets the string value of a key, ignoring its type.',
  syntax:
    '<key> <value> [NX|XX] [GET] [EX <seconds> | PX <milliseconds> | EXAT <unix-time-seconds> | ' +
    'PXAT <unix-time-milliseconds> | KEEPTTL]',
  complexity: 'O(1)',
  run: set,
};

function set(call: Call): void {
  if (call.argc > 3) {
    setWithOptions(call);
    return;
  }
  call.putString(1, 2, 0);
  call.reply.ok();
}

function setWithOptions(call: Call): void {
  let condition: 'nx' | 'xx' | undefined;
  let returnsOld = false;
  let keeps = false;
  let option: DeadlineOption = DeadlineOption.none;
  let optionAt = 0;
  for (let i = 3; i < call.argc; i++) {
    if (call.is(i, 'nx') && condition !== 'xx') condition = 'nx';
    else if (call.is(i, 'xx') && condition !== 'nx') condition = 'xx';
    else if (call.is(i, 'get')) returnsOld = true;
    else if (call.is(i, 'keepttl') && option === DeadlineOption.none) keeps = true;
    else {
      const found = deadlineOption(call, i);
      const clashes = keeps || (option !== DeadlineOption.none && option !== found);
      if (found === DeadlineOption.none || clashes) call.syntaxError();
      option = found;
      optionAt = ++i;
    }
  }
  const stated = option === DeadlineOption.none ? 0 : optionDeadline(call, option, optionAt);
  const deadlineMs = keeps ? keepDeadline : stated;
  const at = returnsOld ? call.findRead(1) : call.find(1);
  if (returnsOld && at !== 0 && call.store.entries.type(at) !== EntryType.string)
    throw new CommandError(wrongType);
  if (returnsOld) {
    if (at === 0) call.reply.nil();
    else call.replyString(at);
  }
  const allowed = condition === undefined || (condition === 'nx') === (at === 0);
  if (allowed) call.putString(1, 2, deadlineMs);
  if (returnsOld) return;
  if (allowed) call.reply.ok();
  else call.reply.nil();
}
