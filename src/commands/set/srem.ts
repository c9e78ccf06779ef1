// SREM key member [member ...]: removes members, and the set with its last one. https://redis.io/commands/srem
import { EntryType } from '../../store/entry.ts';
import type { CommandSpec } from '../command.ts';
import { type Removal, removeNamed } from '../remove-named.ts';

export const command: CommandSpec = {
  name: 'srem',
  arity: -3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  keyFlags: ['RW', 'delete'],
  group: 'set',
  since: '1.0.0',
  summary: 'Removes members of a set.',
  syntax: '<key> <member>...',
  complexity: 'O(1) for each member',
  run: (call) => removeNamed(call, removal),
};

const removal: Removal = {
  first: 2,
  givesDots: true,
  open: (call) => call.openToWrite(1, EntryType.set),
  remove: ({ store, buf, args }, i) => {
    const { elements } = store;
    return elements.at !== 0 && elements.drop(buf, args.offsets[i]!, args.lengths[i]!);
  },
  tell(call, isGone) {
    call.notify('srem', 1);
    if (isGone) call.notify('del', 1);
  },
};
