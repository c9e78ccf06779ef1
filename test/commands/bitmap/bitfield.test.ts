import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Field, readField, writeField } from '../../../src/commands/bitmap/bit-field.ts';
import { Rig } from '../command-rig.ts';
import { CommandNode } from '../harness.ts';

test('writes and reads integers of any width', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('BITFIELD k SET u8 0 255 GET u4 0 INCRBY i5 100 1 GET u8 #0'), [0, 15, 1, 255]);
  assert.deepEqual(node.run('BITFIELD k INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1'), [1, 1]);
  assert.deepEqual(node.run('BITFIELD m'), []);
  assert.deepEqual(node.run('BITFIELD_RO missing GET i64 7'), [0]);
  assert.equal(node.run('EXISTS missing'), 0);
});

test('wraps, saturates or fails', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('BITFIELD k SET i8 0 127 INCRBY i8 0 1'), [0, -128]);
  assert.deepEqual(node.run('BITFIELD k OVERFLOW SAT INCRBY i8 0 -1'), [-128]);
  assert.deepEqual(node.run('BITFIELD k OVERFLOW FAIL INCRBY i8 0 -1 GET i8 0'), [null, -128]);
  assert.deepEqual(node.run('BITFIELD k OVERFLOW FAIL SET u8 8 256'), [null]);
  assert.equal(node.run('STRLEN k'), 2);
});

test('refuses what is no field', () => {
  const node = new CommandNode();
  const type =
    '-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.';
  for (const bad of ['u64', 'i65', 'i0', 'x8', 'u', 'u08'])
    assert.equal(node.run(`BITFIELD k GET ${bad} 0`), type);
  assert.equal(node.run('BITFIELD k GET u8'), '-ERR syntax error');
  assert.equal(node.run('BITFIELD k OVERFLOW what'), '-ERR Invalid OVERFLOW type specified');
  assert.equal(node.run('BITFIELD_RO k SET u8 0 1'), '-ERR BITFIELD_RO only supports the GET subcommand');
  assert.equal(node.run('BITFIELD k GET u8 -1'), '-ERR bit offset is not an integer or out of range');
});

test('runs operations that are far apart one by one', () => {
  const node = new CommandNode({ memoryBytes: 32 * 1024 * 1024 });
  assert.deepEqual(node.run('BITFIELD k SET u8 0 7 SET u8 8000000 9 GET u8 8000000'), [0, 0, 9]);
  assert.equal(node.run('STRLEN k'), 1_000_001);
  assert.deepEqual(node.run('BITFIELD_RO k GET u8 0 GET u8 8000000 GET u8 4000000000'), [7, 9, 0]);
});

test('what is written into a field is read back, and nothing else changes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.record({ signed: fc.boolean(), bits: fc.integer({ min: 1, max: 63 }), offset: fc.nat(64) }),
      fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
      (bytes, field: Field, value) => {
        const before = bytes.slice();
        writeField(bytes, field, value);
        const fit = field.signed ? BigInt.asIntN(field.bits, value) : BigInt.asUintN(field.bits, value);
        assert.equal(readField(bytes, field), fit);
        for (let bit = 0; bit < 128; bit++) {
          if (bit >= field.offset && bit < field.offset + field.bits) continue;
          const mask = 128 >> (bit & 7);
          assert.equal(bytes[bit >> 3]! & mask, before[bit >> 3]! & mask);
        }
      },
    ),
  );
});

test('tells of a change only where there is one', () => {
  const rig = new Rig();
  const [listener, client] = [rig.connect(), rig.connect()];
  client.send('config', 'set', 'notify-keyspace-events', 'E$');
  listener.send('psubscribe', '*');
  for (const [words, isTold] of [
    ['bitfield k get u8 0', false],
    ['bitfield k incrby u8 0 0', true],
    ['bitfield k set u8 0 0', false],
    ['bitfield k set u8 0 3', true],
    ['bitfield k set u8 0 3', false],
    ['bitfield k overflow fail incrby u8 0 255', false],
    ['bitfield m overflow fail set u8 0 300', false],
    ['bitfield k set u8 800000 0 get u8 0', true],
    ['bitfield k set u8 800000 0 get u8 0', false],
  ] as const) {
    listener.pushed();
    client.send(...words.split(' '));
    assert.equal(listener.pushed() !== '', isTold, words);
  }
});

test('a refused overflow tells of a key that it made', () => {
  const rig = new Rig();
  const [listener, client] = [rig.connect(), rig.connect()];
  client.send('config', 'set', 'notify-keyspace-events', 'E$n');
  listener.send('psubscribe', '__key*');
  listener.pushed();
  client.send('bitfield', 'k', 'overflow', 'fail', 'set', 'u1', '100', '7');
  assert.match(listener.pushed(), /__keyevent@0__:new\r\n\$1\r\nk\r\n$/);
  client.send('bitfield', 'k', 'overflow', 'fail', 'set', 'u1', '200', '7');
  assert.equal(listener.pushed(), '');
});
