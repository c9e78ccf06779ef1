import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CommandError } from '../../src/base/errors.ts';
import { ReplyWriter } from '../../src/resp/reply-writer.ts';

function written(protocol: 2 | 3, write: (reply: ReplyWriter) => void): string {
  const reply = new ReplyWriter(16);
  reply.protocol = protocol;
  reply.open();
  write(reply);
  return reply.buf.toString('latin1', reply.start, reply.pos);
}

function both(write: (reply: ReplyWriter) => void): [string, string] {
  return [written(2, write), written(3, write)];
}

test('fixed replies', () => {
  assert.equal(
    written(2, (r) => r.ok()),
    '+OK\r\n',
  );
  assert.equal(
    written(2, (r) => r.pong()),
    '+PONG\r\n',
  );
  assert.equal(
    written(2, (r) => r.queued()),
    '+QUEUED\r\n',
  );
});

test('simple strings and errors stay on one line', () => {
  assert.equal(
    written(2, (r) => r.simple('a\r\nb')),
    '+a  b\r\n',
  );
  assert.equal(
    written(2, (r) => r.error('ERR no\nway')),
    '-ERR no way\r\n',
  );
});

test('each integer is its own digits, as an integer, a bulk string and a header', () => {
  const near = [0, 1, 9, 10, 99, 100, 999, 1000, 9999, 10000, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1];
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(...near, ...near.map((n) => -n))), (n) => {
      const digits = Object.is(n, -0) ? '0' : String(n);
      assert.equal(
        written(2, (r) => r.integer(n)),
        `:${digits}\r\n`,
      );
      assert.equal(
        written(2, (r) => r.bulkInteger(n)),
        `$${digits.length}\r\n${digits}\r\n`,
      );
      if (n >= 0) {
        assert.equal(
          written(2, (r) => r.array(n)),
          `*${digits}\r\n`,
        );
      }
    }),
  );
  assert.equal(
    written(2, (r) => r.integerBig(-9223372036854775808n)),
    ':-9223372036854775808\r\n',
  );
});

test('bulk strings of every length around the loop limit', () => {
  const bytes = Buffer.from(Array.from({ length: 300 }, (_, i) => i & 255));
  for (let length = 0; length < 200; length++) {
    const expected = `$${length}\r\n${bytes.toString('latin1', 7, 7 + length)}\r\n`;
    assert.equal(
      written(2, (r) => r.bulk(bytes, 7, length)),
      expected,
    );
  }
  assert.equal(
    written(2, (r) => r.bulkText('gr\u00fc\u00df')),
    '$6\r\ngr\u00c3\u00bc\u00c3\u009f\r\n',
  );
  assert.equal(
    written(2, (r) => r.bulkLatin1('gr\u00fc')),
    '$3\r\ngr\u00fc\r\n',
  );
  const long = 'x'.repeat(500);
  assert.equal(
    written(2, (r) => r.bulkLatin1(long)),
    `$500\r\n${long}\r\n`,
  );
});

test('a reserved bulk string is filled by the caller', () => {
  const text = written(2, (r) => {
    const at = r.bulkReserve(3);
    r.buf.write('abc', at, 'latin1');
    r.ok();
  });
  assert.equal(text, '$3\r\nabc\r\n+OK\r\n');
});

test('shapes that differ between the protocols', () => {
  assert.deepEqual(
    both((r) => r.nil()),
    ['$-1\r\n', '_\r\n'],
  );
  assert.deepEqual(
    both((r) => r.nilArray()),
    ['*-1\r\n', '_\r\n'],
  );
  assert.deepEqual(
    both((r) => r.map(7)),
    ['*14\r\n', '%7\r\n'],
  );
  assert.deepEqual(
    both((r) => r.set(3)),
    ['*3\r\n', '~3\r\n'],
  );
  assert.deepEqual(
    both((r) => r.push(3)),
    ['*3\r\n', '>3\r\n'],
  );
  assert.deepEqual(
    both((r) => r.double(1.5)),
    ['$3\r\n1.5\r\n', ',1.5\r\n'],
  );
  assert.deepEqual(
    both((r) => r.double(Number.NEGATIVE_INFINITY)),
    ['$4\r\n-inf\r\n', ',-inf\r\n'],
  );
  assert.deepEqual(
    both((r) => r.boolean(true)),
    [':1\r\n', '#t\r\n'],
  );
  assert.deepEqual(
    both((r) => r.boolean(false)),
    [':0\r\n', '#f\r\n'],
  );
  assert.deepEqual(
    both((r) => r.bigNumber('12345678901234567890')),
    ['$20\r\n12345678901234567890\r\n', '(12345678901234567890\r\n'],
  );
  for (const length of [0, 5, 6, 95, 96, 995, 996]) {
    const text = 'v'.repeat(length);
    assert.deepEqual(
      both((r) => r.verbatim('txt', text)),
      [`$${length}\r\n${text}\r\n`, `=${length + 4}\r\ntxt:${text}\r\n`],
    );
  }
});

test('growth moves the region only, and leaves the old buffer to those who wait in it', () => {
  const reply = new ReplyWriter(16);
  reply.open();
  reply.ok();
  const old = reply.buf;
  const waiting = old.subarray(reply.start, reply.pos);
  reply.open();
  const mark = reply.mark();
  reply.bulkText('y'.repeat(100));
  assert.notEqual(reply.buf, old);
  assert.equal(reply.start, 0);
  assert.equal(waiting.toString(), '+OK\r\n');
  reply.rewind(mark);
  reply.pong();
  assert.equal(reply.buf.toString('latin1', reply.start, reply.pos), '+PONG\r\n');
});

test('handing over takes a fresh buffer, a reset keeps one that is not too large', () => {
  const reply = new ReplyWriter(16);
  reply.ok();
  const first = reply.buf;
  reply.handOver();
  assert.notEqual(reply.buf, first);
  const second = reply.buf;
  reply.ok();
  reply.reset(1024);
  assert.equal(reply.buf, second);
  assert.equal(reply.pos, 0);
  reply.bulkText('z'.repeat(5000));
  reply.reset(1024);
  assert.equal(reply.buf.length, 16);
});

test('what was done already is told beyond the limit, as are short replies', () => {
  let isOwed = false;
  const reply = new ReplyWriter(
    16,
    () => 20,
    () => isOwed,
  );
  reply.open();
  reply.raw(Buffer.alloc(16));
  assert.throws(() => reply.bulkText('q'.repeat(40)), CommandError);
  isOwed = true;
  reply.bulkText('q'.repeat(40));
  isOwed = false;
  while (reply.pos - reply.start < 1000) {
    reply.ok();
    reply.integer(1);
    reply.integer(1000);
  }
});

test('a region over its limit is an error for the client, and the writer still works', () => {
  const reply = new ReplyWriter(16, () => 1000);
  reply.open();
  const mark = reply.mark();
  reply.array(2);
  assert.throws(() => reply.bulkText('q'.repeat(2000)), CommandError);
  reply.rewind(mark);
  reply.error('ERR too large');
  assert.equal(reply.buf.toString('latin1', reply.start, reply.pos), '-ERR too large\r\n');
  reply.raw(Buffer.alloc(980));
  assert.throws(() => reply.raw(Buffer.alloc(1100)), CommandError);
  assert.equal(reply.message(Buffer.alloc(1100)), true, 'a message is no reply');
  reply.error('ERR an error has room in any case');
  assert.ok(reply.pos - reply.start > 2000);
});

test('what another writer wrote is taken as it is, much of it with its buffer', () => {
  for (const bytes of [100, 1_000_000]) {
    const writer = new ReplyWriter(1024, () => 2_000_000);
    writer.open();
    writer.ok();
    const first = writer.buf;
    writer.open();
    const other = new ReplyWriter(1024);
    other.ok();
    other.open();
    other.bulk(Buffer.alloc(bytes, 'x'), 0, bytes);
    writer.take(other);
    assert.equal(writer.buf === other.buf, bytes > 1000);
    writer.ok();
    const text = writer.buf.toString('latin1', writer.start, writer.pos);
    assert.equal(text, `$${bytes}\r\n${'x'.repeat(bytes)}\r\n+OK\r\n`);
    assert.equal(first.toString('latin1', 0, 5), '+OK\r\n', 'what waits is where it was');
  }
  const small = new ReplyWriter(1024, () => 1000);
  const large = new ReplyWriter(1024);
  large.bulk(Buffer.alloc(400_000), 0, 400_000);
  assert.throws(() => small.take(large), /exceeds the limit/);
});
