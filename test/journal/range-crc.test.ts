import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crcOf } from '../../src/journal/block.ts';
import { RangeCrc } from '../../src/journal/range-crc.ts';
import { pseudoRandom } from '../pseudo-random.ts';

test('the CRC of every range is that of its bytes', () => {
  const random = pseudoRandom(11);
  const buf = Buffer.from(Array.from({ length: 70_000 }, () => Math.floor(random() * 256)));
  const ranges = new RangeCrc(buf);
  for (const [start, end] of [
    [0, buf.length],
    [0, 1024],
    [1024, 4096],
    [1, 1],
    [buf.length, buf.length],
    [1023, 5000],
  ] as const)
    assert.equal(ranges.of(start, end), crcOf(buf, start, end), `${start} .. ${end}`);
  for (let i = 0; i < 2000; i++) {
    const start = Math.floor(random() * buf.length);
    const end = start + Math.floor(random() * (buf.length - start));
    assert.equal(ranges.of(start, end), crcOf(buf, start, end), `${start} .. ${end}`);
  }
});
