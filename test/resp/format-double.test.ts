import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDouble } from '../../src/resp/format-double.ts';

test('doubles as Redis 7.2 prints them', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [-0, '-0'],
    [3, '3'],
    [-17, '-17'],
    [0.1, '0.1'],
    [-2.5, '-2.5'],
    [1700000000.123, '1700000000.123'],
    [1e20, '1e+20'],
    [123456789012345680000, '123456789012345680000'],
    [1e-5, '0.00001'],
    [1e-7, '1e-7'],
    [1.5e-7, '1.5e-7'],
    [12345.678901234, '1.2345678901234e+4'],
    [0.1234567890123, '0.1234567890123'],
    [5e-324, '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [Number.NaN, 'nan'],
  ];
  for (const [value, text] of cases) assert.equal(formatDouble(value), text);
});

test('what is printed reads back as the same value', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, min: -1e308, max: 1e308 }), (value) => {
      assert.ok(Object.is(Number(formatDouble(value)), value));
    }),
  );
});
