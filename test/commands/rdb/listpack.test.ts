import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readListpack } from '../../../src/commands/rdb/listpack.ts';
import { MalformedRdb } from '../../../src/commands/rdb/rdb-reader.ts';

function pack(count: number, ...body: number[]): Buffer {
  const buf = Buffer.from([0, 0, 0, 0, count & 255, count >> 8, ...body, 255]);
  buf.writeUInt32LE(buf.length);
  return buf;
}

test('every form of element is read', () => {
  const body = [
    [0x05, 1],
    [0xc0 | 0x1f, 0xff, 2],
    [0xf1, 0x00, 0x80, 3],
    [0xf2, 0xff, 0xff, 0x7f, 4],
    [0xf3, 0xff, 0xff, 0xff, 0x7f, 5],
    [0xf4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 9],
    [0x82, 0x61, 0x62, 3],
    [0xe0, 0x01, 0x63, 3],
    [0xf0, 0x01, 0, 0, 0, 0x64, 6],
  ];
  assert.deepEqual(readListpack(pack(body.length, ...body.flat())).map(String), [
    '5',
    '-1',
    '-32768',
    '8388607',
    '2147483647',
    '9223372036854775807',
    'ab',
    'c',
    'd',
  ]);
  assert.deepEqual(readListpack(pack(65_535, 0x07, 1)).map(String), ['7']);
});

test('what does not hold together is refused', () => {
  for (const bad of [
    pack(2, 0x05, 1),
    pack(1, 0x8f, 0x61, 2),
    pack(1, 0xf5, 1, 1),
    pack(1, 0xf4, 1),
    pack(1, 0x05),
  ]) {
    assert.throws(() => readListpack(bad), MalformedRdb);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(6), (bytes, count) => {
      try {
        readListpack(pack(count, ...bytes));
      } catch (error) {
        assert.ok(error instanceof MalformedRdb);
      }
    }),
  );
});
