import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { copyRecord } from '../../src/delta/copy-record.ts';
import { DeltaFlag, DeltaKind, ElementType } from '../../src/delta/kinds.ts';
import { Origins } from '../../src/delta/origins.ts';

const key = Buffer.from('some key');
const name = Buffer.from('name');
const position = Buffer.from([128, 0, 7]);
const value = Buffer.from('value');

/** One record of every kind that speaks of an element, and a key's own before, between and after. */
function written(): { readonly writer: BatchWriter; readonly origins: Origins } {
  const origins = new Origins();
  const self = origins.intern('a/00000001');
  const other = origins.intern('b/00000002');
  const w = new BatchWriter(origins, 64);
  w.put(1, key, 0, key.length, self, 5, 7, value, 0, value.length, true, 0, 0, 0, 0);
  w.within(ElementType.hash, key, 0, key.length);
  w.put(1, name, 0, name.length, self, 5, 8, value, 0, value.length, true, 99, other, 5, 1);
  w.count64(1, name, 0, name.length, self, 5, 9, 5, 9, 0, 3);
  const at = w.clear(1, name, 0, name.length, other, 5, 10, self, 5, 9, 0);
  w.records(at, [{ origin: self, stamp: 12, run: 11, sum: 3n, eventOrigin: other, eventStamp: 13 }]);
  w.expire(1, name, 0, name.length, self, 5, 11, 1234);
  w.outside();
  w.floor(1, key, 0, key.length, other, 5, 12);
  w.insert(1, key, 0, key.length, self, 5, 13, position, 0, position.length, value, 0, value.length);
  w.rewrite(1, key, 0, 8, self, 5, 14, other, 5, 13, position, 0, 3, value, 0, value.length);
  w.remove(1, key, 0, key.length, self, 5, 15, self, 5, 13, position, 0, position.length);
  w.clear(1, key, 0, key.length, other, 5, 16, other, 5, 12, ElementType.hash);
  return { writer: w, origins };
}

function lines(w: BatchWriter, origins: Origins): string[] {
  const d = new BatchReader(origins);
  assert.equal(d.verify(w.buf, 0, w.pos), 10);
  d.open(w.buf, 0, w.pos);
  const out: string[] = [];
  while (d.next()) {
    const text = (offset: number, length: number): string =>
      d.buf.toString('latin1', offset, offset + length);
    const element = d.elementType === 0 ? '' : `${d.elementType}:${text(d.elementOffset, d.elementLength)}`;
    const places = d.positionLength === 0 ? '' : text(d.positionOffset, d.positionLength);
    const dots = `${d.origin}@${d.hi},${d.lo} ${d.baseOrigin === 0 ? '' : `${d.baseOrigin}@${d.baseHi},${d.baseLo}`}`;
    const more = `${d.deadlineMs} ${d.records.length} ${d.has(DeltaFlag.floor)}${d.clearType < 0 ? '' : ` ${d.clearType}`}`;
    const bytes = d.valueLength === 0 ? '' : text(d.valueOffset, d.valueLength);
    out.push(`${d.kind} ${text(d.keyOffset, d.keyLength)} ${element} ${dots} ${places} ${bytes} ${more}`);
  }
  return out;
}

test('records of elements and of lists are read as they were written', () => {
  const { writer, origins } = written();
  const read = lines(writer, origins);
  assert.equal(read[1], `${DeltaKind.put} some key 4:name 1@5,8 2@5,1  value 99 0 false`);
  assert.equal(read[3], `${DeltaKind.clear} some key 4:name 2@5,10 1@5,9   0 1 false`);
  assert.equal(read[5], `${DeltaKind.clear} some key  2@5,12 2@5,12   0 0 true`);
  assert.equal(read[7], `${DeltaKind.rewrite} some key  1@5,14 2@5,13 \x80\x00\x07 value 0 0 false`);
  assert.equal(read[9], `${DeltaKind.clear} some key  2@5,16 2@5,12   0 0 false 4`);
});

test('a copied record is the record', () => {
  const { writer, origins } = written();
  const copy = new BatchWriter(origins, 64);
  const reader = new BatchReader(origins);
  reader.open(writer.buf, 0, writer.pos);
  while (reader.next()) copyRecord(reader, copy);
  assert.deepEqual(lines(copy, origins), lines(writer, origins));
});

test('an element on a kind that has none, and an unknown type, are refused', () => {
  const { writer, origins } = written();
  const reader = new BatchReader(origins);
  reader.open(writer.buf, 0, writer.pos);
  reader.next();
  const second = reader.pos;
  const bad = Buffer.from(writer.buf);
  bad[second] = (bad[second]! & ~31) | DeltaKind.patch;
  assert.throws(() => reader.verify(bad, 0, writer.pos), /malformed batch: element/);
  const typed = Buffer.from(writer.buf);
  typed[second + 2] = 9;
  assert.throws(() => reader.verify(typed, 0, writer.pos), /malformed batch: element type/);
});
