import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { crc64 } from '../../../src/commands/rdb/crc64.ts';
import { decodeLzf } from '../../../src/commands/rdb/lzf.ts';
import { isSoundPayload, readPayload } from '../../../src/commands/rdb/payload.ts';
import { MalformedRdb, RdbReader } from '../../../src/commands/rdb/rdb-reader.ts';
import { RdbWriter } from '../../../src/commands/rdb/rdb-writer.ts';
import { runs } from '../../runs.ts';

test('the checksum is that of the polynomial of Jones', () => {
  assert.equal(crc64(Buffer.from('123456789'), 0, 9), 0xe9c6d914c4b8d9can);
});

test('strings and lengths are read as they were written', () => {
  const text = fc.oneof(
    fc.uint8Array({ maxLength: 100 }).map((b) => Buffer.from(b)),
    fc.integer().map((n) => Buffer.from(String(n))),
    fc.constantFrom(-129, -128, 127, 128, 32_767, -32_769, 2 ** 31).map((n) => Buffer.from(String(n))),
    fc.nat(70_000).map((n) => Buffer.alloc(n, 'x')),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), fc.array(fc.nat(2 ** 29)), (strings, lengths) => {
      const out = new RdbWriter();
      for (const s of strings) out.string(s, 0, s.length);
      for (const n of lengths) out.length(n);
      out.double(1.5);
      const bytes = out.bytes();
      const input = new RdbReader(bytes, 0, bytes.length);
      for (const s of strings) assert.ok(input.string().equals(s));
      for (const n of lengths) assert.equal(input.length(), n);
      assert.equal(input.double(), 1.5);
      assert.ok(input.isAtEnd);
    }),
    { numRuns: runs(200) },
  );
});

test('what is cut short, or lies about its length, is refused before anything is made for it', () => {
  const bad = [
    [],
    [0x05, 1],
    [0x80, 0xff, 0xff, 0xff, 0xff],
    [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    [0xc3, 0x01, 0x80, 0x1f, 0xff, 0xff, 0xff, 0x00],
    [0xc4],
    [0x82],
  ];
  for (const bytes of bad) {
    const buf = Buffer.from(bytes);
    assert.throws(() => new RdbReader(buf, 0, buf.length).string(), MalformedRdb, bytes.join());
  }
  assert.throws(() => new RdbReader(Buffer.from([0x40, 0xff]), 0, 2).count(), MalformedRdb);
});

test('LZF is decoded; damaged input ends without a result or with one of the right length', () => {
  const packed = Buffer.from([2, 97, 98, 99, 0xe0, 3, 2]);
  assert.equal(decodeLzf(packed, 15)?.toString(), 'abcabcabcabcabc');
  assert.equal(decodeLzf(packed, 16), undefined);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(2000), (bytes, length) => {
      const out = decodeLzf(bytes, length);
      assert.ok(out === undefined || out.length === length);
    }),
  );
});

test('random payloads are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 10, maxLength: 60 }), (bytes) => {
      const payload = Buffer.from(bytes);
      payload.writeUInt16LE(10, payload.length - 10);
      payload.writeBigUInt64LE(crc64(payload, 0, payload.length - 8), payload.length - 8);
      assert.ok(isSoundPayload(payload));
      readPayload(payload);
      payload[0]! ^= 1;
      assert.ok(!isSoundPayload(payload));
    }),
  );
});
