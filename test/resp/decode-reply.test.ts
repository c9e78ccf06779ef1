import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CommandError } from '../../src/base/errors.ts';
import { decodeReply } from '../../src/resp/decode-reply.ts';
import { ReplyWriter } from '../../src/resp/reply-writer.ts';

function decoded(write: (reply: ReplyWriter) => void): unknown {
  const writer = new ReplyWriter(64);
  writer.simple('before the region');
  writer.open();
  write(writer);
  return decodeReply(writer.buf.subarray(writer.start, writer.pos), (bytes) => bytes.toString());
}

type Value = string | number | bigint | null | Value[];

function put(writer: ReplyWriter, value: Value): void {
  if (value === null) writer.nil();
  else if (typeof value === 'string') writer.bulkText(value);
  else if (typeof value === 'number') writer.integer(value);
  else if (typeof value === 'bigint') writer.integerBig(value);
  else {
    writer.array(value.length);
    for (const element of value) put(writer, element);
  }
}

const { values } = fc.letrec<{ values: Value }>((tie) => ({
  values: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    fc.constant(null),
    fc.array(tie('values'), { maxLength: 5 }),
  ),
}));

test('what the writer wrote is decoded as it was', () => {
  fc.assert(
    fc.property(values, (value) => {
      assert.deepEqual(
        decoded((writer) => put(writer, value)),
        value,
      );
    }),
  );
});

test('statuses are texts, errors are values, and nothing at all is null', () => {
  assert.equal(
    decoded((writer) => writer.ok()),
    'OK',
  );
  const error = decoded((writer) => writer.error('ERR no'));
  assert.ok(error instanceof CommandError && error.message === 'ERR no');
  assert.equal(
    decoded(() => {}),
    null,
  );
});

test('bytes are handed over as they are', () => {
  const writer = new ReplyWriter(64);
  writer.open();
  const bytes = Buffer.of(0xff, 13, 10, 0);
  writer.bulk(bytes, 0, bytes.length);
  assert.deepEqual(
    decodeReply(writer.buf.subarray(writer.start, writer.pos), (found) => Buffer.from(found)),
    bytes,
  );
});
