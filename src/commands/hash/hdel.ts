// HDEL key field [field ...]: removes fields, and the hash with its last one. https://redis.io/commands/hdel
import { EntryType } from '../../store/entry.ts';
import type { CommandSpec } from '../command.ts';
import { type Removal, removeNamed } from '../remove-named.ts';

export const command: CommandSpec = {
  name: 'hdel',
  arity: -3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  keyFlags: ['RW', 'delete'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Removes fields of a hash.',
  syntax: '<key> <field>...',
  complexity: 'O(1) for each field',
  run: (call) => removeNamed(call, removal),
};

const removal: Removal = {
  first: 2,
  givesDots: true,
  // A field that has expired is there until it is purged, as in Redis.
  open: (call) => call.openToWrite(1, EntryType.hash, false),
  remove: ({ store, buf, args }, i) => {
    const { elements } = store;
    return elements.at !== 0 && elements.drop(buf, args.offsets[i]!, args.lengths[i]!);
  },
  tell(call, isGone) {
    call.notify('hdel', 1);
    if (isGone) call.notify('del', 1);
  },
};
