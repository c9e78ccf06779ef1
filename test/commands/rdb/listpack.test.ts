import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readListpack } from '../../../src/commands/rdb/listpack.ts';
import { MalformedRdb, RdbReader } from '../../../src/commands/rdb/rdb-reader.ts';
import { RdbWriter } from '../../../src/commands/rdb/rdb-writer.ts';
import { codecOfRdb } from '../../../src/commands/rdb/value-codecs.ts';

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
  assert.deepEqual(Array.from(readListpack(pack(body.length, ...body.flat())), String), [
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
  assert.deepEqual(Array.from(readListpack(pack(65_535, 0x07, 1)), String), ['7']);
});

test('what does not hold together is refused', () => {
  for (const bad of [
    pack(2, 0x05, 1),
    pack(1, 0x8f, 0x61, 2),
    pack(1, 0xf5, 1, 1),
    pack(1, 0xf4, 1),
    pack(1, 0x05),
  ]) {
    assert.throws(() => [...readListpack(bad)], MalformedRdb);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(6), (bytes, count) => {
      try {
        for (const element of readListpack(pack(count, ...bytes))) void element;
      } catch (error) {
        assert.ok(error instanceof MalformedRdb);
      }
    }),
  );
});

test('a large packed value is read as far as it is asked for', () => {
  const elements = 6000;
  const damaged = pack(elements + 1, ...Array.from({ length: elements }, () => [0x07, 1]).flat());
  const heads: Readonly<Record<number, (out: RdbWriter) => void>> = {
    16: () => {},
    17: () => {},
    18: (out) => {
      out.length(1);
      out.length(2);
    },
    20: () => {},
    25: (out) => out.u64(5n),
  };
  for (const [type, writeHead] of Object.entries(heads)) {
    const out = new RdbWriter();
    writeHead(out);
    out.string(damaged, 0, damaged.length);
    const bytes = out.bytes();
    const codec = codecOfRdb(Number(type));
    const reading = codec?.readLarge?.(Number(type), new RdbReader(bytes, 0, bytes.length), 1024);
    assert.ok(reading !== undefined, type);
    const read: Iterable<unknown> = 'elements' in reading ? reading.elements : reading.parts;
    let count = 0;
    const readAll = (): void => {
      for (const part of read) if (part !== undefined) count += 1;
    };
    assert.throws(readAll, MalformedRdb, type);
    assert.ok(count > 0, type);
  }
});
