// What HSCAN and SSCAN share: a slice of the elements of a collection, those of a small one all at once. A cursor is a
// prefix of hashes, so an element that stays is returned whatever else comes and goes.
import { EntryType } from '../store/entry.ts';
import type { Call } from './call.ts';
import { readScanCursor, readScanFilter, scanOn } from './scan-arguments.ts';

/**
 * Replies with the next cursor and a slice of the collection in argument 1: names, in a hash with their values unless
 * told not to.
 */
export function scanElements(call: Call, type: number): void {
  const { reply } = call;
  const { elements } = call.store;
  const from = readScanCursor(call, 2);
  const exists = call.openToRead(1, type);
  const isHash = type === EntryType.hash;
  // Of a key that is not there nothing else is asked, whatever the options say.
  const filter = readScanFilter(call, exists ? 3 : call.argc, isHash ? 'novalues' : undefined);
  const { pattern, count } = filter;
  const withValues = isHash && !filter.omitsValues;
  const found: Buffer[] = [];
  const cursor = scanOn(exists ? from : -1, count, (at, left, visited) =>
    elements.scan(at, left, (name, offset, length, value, valueOffset, valueLength) => {
      visited();
      if (pattern?.matches(name, offset, length) === false) return;
      found.push(Buffer.from(name.subarray(offset, offset + length)));
      if (withValues) found.push(Buffer.from(value.subarray(valueOffset, valueOffset + valueLength)));
    }),
  );
  reply.array(2);
  reply.bulkInteger(cursor);
  reply.array(found.length);
  for (const bytes of found) reply.bulk(bytes, 0, bytes.length);
}
