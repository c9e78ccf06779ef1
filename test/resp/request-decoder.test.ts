import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import RedisParser from 'redis-parser';
import { createRequestArgs, createRequestBatch, type DecodedArgs } from '../../src/resp/request-args.ts';
import {
  argumentBytesMax,
  DecodeResult,
  defaultRequestLimits,
  RequestDecoder,
  type RequestLimits,
} from '../../src/resp/request-decoder.ts';
import { runs } from '../runs.ts';

interface Decoded {
  requests: string[][];
  error: string;
}

function argumentsOf(args: DecodedArgs): string[] {
  return Array.from({ length: args.argc }, (_, i) => {
    const offset = args.offsets[i]!;
    return args.buf.toString('latin1', offset, offset + args.lengths[i]!);
  });
}

/** Feeds `stream` in chunks of the given sizes, the last one repeated, each chunk its own memory. */
function decode(
  stream: Buffer,
  sizes: readonly number[],
  limits: Partial<RequestLimits> = {},
  authenticated = true,
): Decoded {
  const decoder = new RequestDecoder({ ...defaultRequestLimits(), ...limits }, authenticated);
  const args = createRequestArgs();
  const requests: string[][] = [];
  let at = 0;
  for (let i = 0; at < stream.length; i++) {
    const size = Math.max(1, sizes[Math.min(i, sizes.length - 1)] ?? stream.length);
    const chunk = Buffer.from(stream.subarray(at, at + size));
    decoder.feed(chunk);
    at += size;
    let result = decoder.next(args);
    while (result === DecodeResult.request) {
      requests.push(argumentsOf(args));
      result = decoder.next(args);
    }
    chunk.fill(0xee);
  }
  return { requests, error: decoder.error };
}

function whole(text: string, limits: Partial<RequestLimits> = {}, authenticated = true): Decoded {
  const stream = Buffer.from(text, 'latin1');
  const at = decode(stream, [stream.length], limits, authenticated);
  assert.deepEqual(decode(stream, [1], limits, authenticated), at, 'byte by byte gives the same');
  return at;
}

function encode(request: readonly Uint8Array[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${request.length}\r\n`)];
  for (const arg of request)
    parts.push(Buffer.from(`$${arg.length}\r\n`), Buffer.from(arg), Buffer.from('\r\n'));
  return Buffer.concat(parts);
}

function parseWithOracle(stream: Buffer): string[][] {
  const requests: string[][] = [];
  const parser = new RedisParser({
    returnReply: (reply: Buffer[]) => requests.push(reply.map((b) => b.toString('latin1'))),
    returnError: (error: Error) => assert.fail(error),
    returnBuffers: true,
  });
  parser.execute(stream);
  return requests;
}

const arbitraryArgument = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.uint8Array({ minLength: 90, maxLength: 130 }),
  fc.constant(Buffer.from('\r\n*1\r\n$3\r\n')),
);
const arbitraryRequests = fc.array(fc.array(arbitraryArgument, { minLength: 1, maxLength: 14 }), {
  minLength: 1,
  maxLength: 12,
});
const arbitrarySizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 });

test('redis-parser reads the same requests, however the stream is split', () => {
  fc.assert(
    fc.property(arbitraryRequests, arbitrarySizes, (requests, sizes) => {
      const stream = Buffer.concat(requests.map(encode));
      const expected = parseWithOracle(stream);
      assert.deepEqual(decode(stream, sizes), { requests: expected, error: '' });
      assert.deepEqual(decode(stream, [stream.length]), { requests: expected, error: '' });
      assert.deepEqual(decode(stream, [1]), { requests: expected, error: '' });
    }),
    { numRuns: runs(300) },
  );
});

const tightLimits = {
  argumentsMax: 6,
  bulkBytesMax: 100,
  lineBytesMax: 40,
  requestBytesMax: 160,
  unauthenticatedArgumentsMax: 3,
  unauthenticatedBulkBytesMax: 20,
};
const fragments = [
  '*',
  '$',
  '\r\n',
  '\r',
  '\n',
  '1',
  '3',
  '-1',
  '0',
  ' ',
  '"',
  "'",
  '\\x4',
  'PING',
  '*1\r\n$4\r\nPING\r\n',
  '\0',
  '99',
];

const arbitraryStream = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b)),
  fc
    .array(fc.constantFrom(...fragments), { maxLength: 80 })
    .map((parts) => Buffer.from(parts.join(''), 'latin1')),
  fc
    .tuple(arbitraryRequests, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
    .map(([requests, edits]) => {
      const stream = Buffer.concat(requests.map(encode));
      for (const [at, byte] of edits) stream[at % stream.length] = byte;
      return stream;
    }),
);

test('garbage and mutated streams: no throw, no hang, the same outcome for every split', () => {
  fc.assert(
    fc.property(
      arbitraryStream,
      arbitrarySizes,
      fc.boolean(),
      fc.boolean(),
      (stream, sizes, tight, authenticated) => {
        const limits = tight ? tightLimits : {};
        const once = decode(stream, [stream.length], limits, authenticated);
        assert.deepEqual(decode(stream, sizes, limits, authenticated), once);
        assert.deepEqual(decode(stream, [1], limits, authenticated), once);
      },
    ),
    { numRuns: runs(1500) },
  );
});

test('requests wait in the decoder while more is fed', () => {
  fc.assert(
    fc.property(arbitraryRequests, arbitrarySizes, fc.array(fc.nat(3)), (requests, sizes, pulls) => {
      const stream = Buffer.concat(requests.map(encode));
      const decoder = new RequestDecoder(defaultRequestLimits(), true);
      const args = createRequestArgs();
      const got: string[][] = [];
      let at = 0;
      for (let i = 0; at < stream.length; i++) {
        const size = sizes[i % sizes.length]!;
        decoder.feed(Buffer.from(stream.subarray(at, at + size)));
        at += size;
        for (let pull = pulls[i % (pulls.length || 1)] ?? 0; pull > 0; pull--) {
          if (decoder.next(args) !== DecodeResult.request) break;
          got.push(argumentsOf(args));
        }
        decoder.hold();
      }
      while (decoder.next(args) === DecodeResult.request) got.push(argumentsOf(args));
      assert.deepEqual(got, parseWithOracle(stream));
      assert.equal(decoder.bufferedBytes, 0);
      assert.equal(decoder.heldBytes, 0);
    }),
  );
});

test('requests decoded together, some of them taken back, are the same requests', () => {
  const arbitraryTakes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1 });
  fc.assert(
    fc.property(
      arbitraryStream,
      arbitrarySizes,
      arbitraryTakes,
      fc.boolean(),
      (stream, sizes, takes, authenticated) => {
        const expected = decode(stream, [stream.length], {}, authenticated);
        const decoder = new RequestDecoder(defaultRequestLimits(), authenticated);
        const batch = createRequestBatch();
        const shared = Buffer.alloc(stream.length + 1, '*');
        const got: string[][] = [];
        let result: DecodeResult = DecodeResult.incomplete;
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = Math.min(sizes[i % sizes.length]!, stream.length - at);
          stream.copy(shared, 0, at, at + size);
          at += size;
          decoder.feed(shared, size);
          for (let k = 0; ; k++) {
            result = decoder.nextBatch(batch);
            if (result !== DecodeResult.request) break;
            const taken = Math.min(batch.count, takes[k % takes.length]!);
            for (const request of batch.requests.slice(0, taken)) got.push(argumentsOf(request));
            decoder.unread(batch, taken);
          }
          decoder.keep();
          shared.fill('*');
        }
        assert.deepEqual(
          { requests: got, error: result === DecodeResult.error ? decoder.error : '' },
          expected,
        );
      },
    ),
    { numRuns: runs(1000) },
  );
});

test('inline requests with quotes', () => {
  const cases: [string, string[][]][] = [
    ['PING\r\n', [['PING']]],
    ['PING\n', [['PING']]],
    ['  set  a\tb \r\n', [['set', 'a', 'b']]],
    ['\r\n\n   \r\nPING\r\n', [['PING']]],
    ['set "a b" \'c d\'\r\n', [['set', 'a b', 'c d']]],
    ['set "\\x41\\n\\r\\t\\b\\a\\q\\\\\\"" ""\r\n', [['set', 'A\n\r\t\b\x07q\\"', '']]],
    ["set '\\n\\'x' y\r\n", [['set', "\\n'x", 'y']]],
    ['set a"b c"\r\n', [['set', 'ab c']]],
    ['"\\xzz" \r\n', [['xzz']]],
    ['a\r\n*1\r\n$1\r\nb\r\nc\r\n', [['a'], ['b'], ['c']]],
  ];
  for (const [text, requests] of cases) assert.deepEqual(whole(text), { requests, error: '' });
});

test('empty arrays are ignored', () => {
  assert.deepEqual(whole('*0\r\n*-10\r\n*-1\r\nPING\r\n*1\r\n$0\r\n\r\n'), {
    requests: [['PING'], ['']],
    error: '',
  });
});

test('each protocol error in the words of Redis', () => {
  const long = 'x'.repeat(65537);
  const cases: [string, string, boolean?][] = [
    ['*x\r\n', 'invalid multibulk length'],
    ['*\r\n', 'invalid multibulk length'],
    ['*01\r\n', 'invalid multibulk length'],
    ['*+1\r\n', 'invalid multibulk length'],
    ['*1048577\r\n', 'invalid multibulk length'],
    ['*5000000000\r\n', 'invalid multibulk length'],
    ['*1\r\n$x\r\n', 'invalid bulk length'],
    ['*1\r\n$-1\r\n', 'invalid bulk length'],
    [`*1\r\n$${argumentBytesMax + 1}\r\n`, 'invalid bulk length'],
    ['*1\r\n$10000000000\r\n', 'invalid bulk length'],
    ['*1\r\nfoo\r\n', "expected '$', got 'f'"],
    ['*2\r\n$1\r\na\r\n:1\r\n', "expected '$', got ':'"],
    ['*1\r\n*1\r\n', "expected '$', got '*'"],
    ['set "a\r\n', 'unbalanced quotes in request'],
    ["set 'a\r\n", 'unbalanced quotes in request'],
    ['set "a"b\r\n', 'unbalanced quotes in request'],
    ['set "a\\\r\n', 'unbalanced quotes in request'],
    [long, 'too big inline request'],
    [`${long}\r\n`, 'too big inline request'],
    [`*${long}`, 'too big mbulk count string'],
    [`*1\r\n$${long}`, 'too big bulk count string'],
    ['*11\r\n', 'unauthenticated multibulk length', false],
    ['*1\r\n$16385\r\n', 'unauthenticated bulk length', false],
  ];
  for (const [text, words, authenticated] of cases) {
    const { requests, error } = whole(`PING\r\n${text}`, {}, authenticated ?? true);
    assert.equal(error, `ERR Protocol error: ${words}`);
    assert.deepEqual(requests, [['PING']]);
  }
});

test('the limits themselves are allowed', () => {
  assert.equal(whole(`${'x'.repeat(65536)}\n`).requests.length, 1);
  assert.equal(whole('*10\r\n', {}, false).error, '');
  assert.equal(whole('*1\r\n$16384\r\n', {}, false).error, '');
  assert.equal(whole(`*1048576\r\n$${argumentBytesMax}\r\n`).error, '');
  assert.equal(whole('*11\r\n$16385\r\n').error, '');
});

test('a whole request has a limit of its own', () => {
  const limits = { requestBytesMax: 30 };
  const error = 'ERR Protocol error: too big request';
  assert.equal(whole('*2\r\n$5\r\nabcde\r\n$5\r\nabcde\r\n', limits).error, '');
  assert.equal(whole('*2\r\n$5\r\nabcde\r\n$20\r\n', limits).error, error);
});

test('nothing follows an error', () => {
  const decoder = new RequestDecoder(defaultRequestLimits(), true);
  const args = createRequestArgs();
  decoder.feed(Buffer.from('*x\r\nPING\r\n'));
  assert.equal(decoder.next(args), DecodeResult.error);
  decoder.feed(Buffer.from('PING\r\n'));
  assert.equal(decoder.next(args), DecodeResult.error);
  assert.equal(decoder.heldBytes, 0);
});

test('a header that claims much holds little until the bytes come', () => {
  const decoder = new RequestDecoder(defaultRequestLimits(), true);
  const args = createRequestArgs();
  decoder.feed(Buffer.from('*1000000\r\n$500000000\r\nabc'));
  assert.equal(decoder.next(args), DecodeResult.incomplete);
  assert.ok(decoder.heldBytes < 1024);
  assert.ok(args.offsets.length < 1024);
});

test('a remainder does not keep its chunk, and an idle decoder keeps nothing', () => {
  const decoder = new RequestDecoder(defaultRequestLimits(), true);
  const args = createRequestArgs();
  decoder.feed(Buffer.concat([Buffer.alloc(60000, 'PING\r\n'), Buffer.from('*1\r\n$4\r\nPI')]));
  while (decoder.next(args) === DecodeResult.request);
  assert.ok(decoder.heldBytes <= 64);
  decoder.feed(Buffer.from('NG\r\n'));
  assert.equal(decoder.next(args), DecodeResult.request);
  assert.deepEqual(argumentsOf(args), ['PING']);
  assert.equal(decoder.next(args), DecodeResult.incomplete);
  assert.equal(decoder.heldBytes, 0);
});

test('behind a request that straddles, the chunk itself is read again', () => {
  const decoder = new RequestDecoder(defaultRequestLimits(), true);
  const args = createRequestArgs();
  decoder.feed(Buffer.from('*2\r\n$4\r\nECHO\r\n$1\r'));
  assert.equal(decoder.next(args), DecodeResult.incomplete);
  const chunk = Buffer.from(`\na\r\n${'*1\r\n$4\r\nPING\r\n'.repeat(100)}`);
  decoder.feed(chunk);
  assert.equal(decoder.next(args), DecodeResult.request);
  assert.deepEqual(argumentsOf(args), ['ECHO', 'a']);
  let inPlace = 0;
  while (decoder.next(args) === DecodeResult.request) if (args.buf === chunk) inPlace++;
  assert.ok(inPlace >= 98, `${inPlace} of 100`);
});

test('a 64 MB value in chunks of any size costs a bounded number of copies', () => {
  const size = 64 * 1024 * 1024;
  for (const chunkBytes of [61, 65536]) {
    const decoder = new RequestDecoder(defaultRequestLimits(), true);
    const args = createRequestArgs();
    decoder.feed(Buffer.from(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${size}\r\n`));
    assert.equal(decoder.next(args), DecodeResult.incomplete);
    let held = 0;
    let growths = 0;
    const chunk = Buffer.alloc(chunkBytes, 'v');
    for (let sent = 0; sent < size; sent += chunkBytes) {
      decoder.feed(sent + chunkBytes > size ? chunk.subarray(0, size - sent) : chunk);
      assert.equal(decoder.next(args), DecodeResult.incomplete);
      if (decoder.heldBytes !== held) growths++;
      held = decoder.heldBytes;
    }
    decoder.feed(Buffer.from('\r\nPING\r\n'));
    assert.equal(decoder.next(args), DecodeResult.request);
    assert.equal(args.lengths[2], size);
    assert.equal(args.buf[args.offsets[2]! + size - 1], 118);
    assert.ok(growths < 30, `${growths} growths`);
    assert.equal(decoder.next(args), DecodeResult.request);
    assert.deepEqual(argumentsOf(args), ['PING']);
    assert.equal(decoder.next(args), DecodeResult.incomplete);
    assert.equal(decoder.heldBytes, 0);
  }
});

test('a request of 200,000 arguments in small chunks', () => {
  const request = Array.from({ length: 200_000 }, (_, i) => Buffer.from(`argument-${i}`));
  const stream = encode(request);
  for (const size of [7, 65536, stream.length]) {
    const { requests } = decode(stream, [size]);
    assert.equal(requests.length, 1);
    assert.equal(requests[0]?.length, 200_000);
    assert.equal(requests[0]?.[199_999], 'argument-199999');
  }
});

test('what is kept of a chunk outlives it, wherever the decoding stopped', () => {
  const request = fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 6 });
  const property = fc.property(
    fc.array(request, { minLength: 1, maxLength: 30 }),
    fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 40 }),
    fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }),
    (requests, sizes, takes) => {
      const bytes = requests.map((words) => words.map((word) => Buffer.from(word, 'utf8')));
      const stream = Buffer.concat(bytes.map(encode));
      const decoder = new RequestDecoder(defaultRequestLimits(), true);
      const args = createRequestArgs();
      const shared = Buffer.alloc(256);
      const got: string[][] = [];
      const lasting: [got: string[], args: DecodedArgs][] = [];
      const take = (count: number): void => {
        for (let i = 0; i < count && decoder.next(args) === DecodeResult.request; i++) {
          const words = argumentsOf(args);
          got.push(words);
          const { offsets, lengths } = args;
          if (args.isLasting)
            lasting.push([words, { ...args, offsets: offsets.slice(), lengths: lengths.slice() }]);
        }
      };
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = Math.min(sizes[i % sizes.length]!, stream.length - at);
        stream.copy(shared, 0, at, at + size);
        decoder.feed(shared.subarray(0, size));
        take(takes[i % takes.length]!);
        decoder.keep();
        shared.fill(0xee);
        at += size;
      }
      take(requests.length + 1);
      assert.deepEqual(
        got,
        bytes.map((words) => words.map((word) => word.toString('latin1'))),
      );
      assert.equal(decoder.bufferedBytes, 0);
      for (const [words, kept] of lasting) assert.deepEqual(argumentsOf(kept), words);
    },
  );
  fc.assert(property);
});
