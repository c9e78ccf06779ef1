// Strings in RDB form: one string, whatever the store keeps it as. Counters and HyperLogLogs are the strings that
// clients see, so one that comes back is a plain value. It reads and writes type 0.
import { EntryType } from '../../store/entry.ts';
import type { ValueCodec } from './value-codec.ts';

const rdbString = 0;

export const stringCodec: ValueCodec = {
  entryType: EntryType.string,
  rdbTypes: [rdbString],
  write({ store, find }, out) {
    const { strings } = store;
    strings.read(find());
    out.u8(rdbString);
    out.string(strings.valueBytes, strings.valueOffset, strings.valueLength);
    return true;
  },
  read(_rdbType, input) {
    const value = input.string();
    return ({ store, ks, key, offset, length, deadlineMs }) =>
      store.strings.set(ks, key, offset, length, value, 0, value.length, deadlineMs);
  },
};
