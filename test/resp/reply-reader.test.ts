import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Reply, ReplyError, ReplyReader } from '../../src/resp/reply-reader.ts';

function readAll(text: string, size = text.length): Reply[] {
  const reader = new ReplyReader();
  const stream = Buffer.from(text);
  const replies: Reply[] = [];
  for (let at = 0; at < stream.length; at += size)
    replies.push(...reader.read(stream.subarray(at, at + size)));
  return replies;
}

test('each kind of reply, whole and byte by byte', () => {
  const text =
    '+OK\r\n-ERR no\r\n:-42\r\n$3\r\na\r\n\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*2\r\n*1\r\n:1\r\n$1\r\nx\r\n';
  const expected = ['OK', new ReplyError('ERR no'), -42, 'a\r\n', '', null, null, [], [[1], 'x']];
  assert.deepEqual(readAll(text), expected);
  assert.deepEqual(readAll(text, 1), expected);
});

test('limits on what a server may send', () => {
  const cases: [string, RegExp][] = [
    ['*1\r\n'.repeat(16_384), /nested too deeply/],
    ['*5000000000\r\n', /too many elements/],
    ['*30000000\r\n', /too many elements/],
    ['$5000000000\r\n', /too long/],
    ['$-2\r\n', /invalid length/],
    ['$x\r\n', /invalid length/],
    ['%1\r\n', /not a RESP2 reply/],
    ['hello\r\n', /not a RESP2 reply/],
  ];
  for (const [text, words] of cases) assert.throws(() => readAll(text), words);
  const reader = new ReplyReader({ lineBytesMax: 10 });
  assert.throws(() => reader.read(Buffer.from('+0123456789abc')), /too long/);
  assert.throws(() => reader.read(Buffer.from('+OK\r\n')), /too long/, 'it stays failed');
});

test('garbage ends in an Error or in replies, never in anything else', () => {
  const pieces = ['*', '$', ':', '+', '-', '1', '3', '\r\n', 'ab', '\0', '-1'];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...pieces), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (parts, size) => {
        try {
          readAll(parts.join(''), size);
        } catch (error) {
          assert.ok(error instanceof Error && !(error instanceof RangeError));
        }
      },
    ),
  );
});
