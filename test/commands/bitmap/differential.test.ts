// Random bitmap commands against redis-server and against our dispatch, replies compared byte for byte.
import fc from 'fast-check';
import { runs } from '../../runs.ts';
import { make, testReplies } from '../replies-of-redis.ts';

const key = fc.constantFrom('a', 'b', 'c');
const offset = fc.oneof(fc.nat(40), fc.nat(3000), fc.constantFrom(-1, 4294967296)).map(String);
const index = fc.oneof(fc.integer({ min: -12, max: 12 }), fc.integer({ min: -400, max: 400 })).map(String);
const unit = fc.constantFrom([], ['BIT'], ['byte']);
const type = fc.constantFrom('u1', 'i2', 'u5', 'i8', 'u8', 'i33', 'u63', 'i64', 'u64', 'i1');
const place = fc.oneof(
  offset,
  fc.nat(20).map((n) => `#${n}`),
);
const operand = fc.oneof(
  fc.integer({ min: -300, max: 300 }).map(String),
  fc.constantFrom('1152921504606846975', '-1152921504606846976'),
);
const fieldStep = fc.oneof(
  fc.tuple(fc.constant('GET'), type, place),
  fc.tuple(fc.constantFrom('SET', 'INCRBY'), type, place, operand),
  fc.tuple(fc.constant('OVERFLOW'), fc.constantFrom('WRAP', 'SAT', 'FAIL')),
);

const steps = fc.array(fieldStep, { maxLength: 4 }).map((all) => all.flat());
const command = fc.oneof(
  make('SETBIT', key, offset, fc.constantFrom('0', '1', '1', '2')),
  make('GETBIT', key, offset),
  make(
    'SET',
    key,
    fc.constantFrom('foobar', '\xff\xff\xff', '', '12345678901', 'z'.repeat(200), '\xff'.repeat(300)),
  ),
  make('INCR', key),
  make('DEL', key),
  make('BITCOUNT', key),
  make('BITCOUNT', key, index, index, unit),
  make('BITPOS', key, fc.constantFrom('0', '1')),
  make('BITPOS', key, fc.constantFrom('0', '1'), index),
  make('BITPOS', key, fc.constantFrom('0', '1'), index, index, unit),
  make('BITOP', fc.constantFrom('AND', 'or', 'XOR'), key, key, key),
  make('BITOP', fc.constant('NOT'), key, key),
  make('BITFIELD', key, steps),
  make(
    'BITFIELD_RO',
    key,
    fc.array(fc.tuple(fc.constant('GET'), type, place), { maxLength: 3 }).map((a) => a.flat()),
  ),
  make('GET', key),
);

testReplies('replies', fc.array(command, { minLength: 20, maxLength: 60 }), { numRuns: runs(75) });
