// What HSCAN and SSCAN share: a slice of the elements of a collection, those of a small one all at once. A cursor is a
// prefix of hashes, so an element that stays is returned whatever else comes and goes.
import { EntryType } from '../store/entry.ts';
import type { Call } from './call.ts';
import { readScanCursor, readScanFilter } from './scan-arguments.ts';

/** Looks at segments of the table in one call, for tables that are nearly empty. */
const looksMax = 1000;

/** Replies with the next cursor and a slice of the collection in argument 1: names, in a hash with their values. */
export function scanElements(call: Call, type: number): void {
  const { reply } = call;
  const { elements } = call.store;
  let cursor = readScanCursor(call, 2);
  const exists = call.openToRead(1, type);
  // Of a key that is not there nothing else is asked, whatever the options say.
  const { pattern, count } = readScanFilter(call, exists ? 3 : call.argc);
  const found: Buffer[] = [];
  let visited = 0;
  if (exists && cursor >= 0) {
    for (let looks = 0; looks < looksMax && visited < count; looks++) {
      cursor = elements.scan(
        cursor,
        count - visited,
        (name, offset, length, value, valueOffset, valueLength) => {
          visited += 1;
          if (pattern?.matches(name, offset, length) === false) return;
          found.push(Buffer.from(name.subarray(offset, offset + length)));
          if (type !== EntryType.hash) return;
          found.push(Buffer.from(value.subarray(valueOffset, valueOffset + valueLength)));
        },
      );
      if (cursor === 0) break;
    }
  } else cursor = 0;
  reply.array(2);
  reply.bulkInteger(cursor);
  reply.array(found.length);
  for (const bytes of found) reply.bulk(bytes, 0, bytes.length);
}
