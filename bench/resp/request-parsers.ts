// Why requests are decoded by our own decoder (docs/decisions/0001-request-decoder.md): throughput as a request
// parser against redis-parser, memory that small remainders keep alive, and what hostile headers cost each.
//   node scripts/build.mjs --tests && node --expose-gc .build/bench/resp/request-parsers.js
import RedisParser from 'redis-parser';
import { createRequestArgs } from '../../src/resp/request-args.ts';
import { DecodeResult, defaultRequestLimits, RequestDecoder } from '../../src/resp/request-decoder.ts';

const chunkBytes = 64 * 1024;
const rounds = 7;
const connections = 2000;

function stream(valueBytes: number): Buffer {
  const key = 'key:000000000001';
  const request = `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${valueBytes}\r\n${'v'.repeat(valueBytes)}\r\n`;
  return Buffer.from(request.repeat(Math.ceil((16 * 1024 * 1024) / request.length)));
}

function chunksOf(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes));
  return chunks;
}

function oracle(count: () => void): RedisParser {
  const returnError = (error: Error): void => {
    throw error;
  };
  return new RedisParser({ returnReply: count, returnError, returnBuffers: true });
}

/** Requests per second. */
function rate(run: () => number): number {
  const startNs = process.hrtime.bigint();
  const requests = run();
  return requests / (Number(process.hrtime.bigint() - startNs) / 1e9);
}

function runDecoder(chunks: readonly Buffer[]): number {
  const decoder = new RequestDecoder(defaultRequestLimits(), true);
  const args = createRequestArgs();
  let requests = 0;
  for (const chunk of chunks) {
    decoder.feed(chunk);
    while (decoder.next(args) === DecodeResult.request) requests++;
  }
  return requests;
}

function runParser(chunks: readonly Buffer[]): number {
  let requests = 0;
  const parser = oracle(() => requests++);
  for (const chunk of chunks) parser.execute(chunk);
  return requests;
}

function repeated(times: number, run: () => number): number {
  let requests = 0;
  for (let i = 0; i < times; i++) requests += run();
  return requests;
}

function throughput(): void {
  for (const valueBytes of [32, 1024, 1024 * 1024]) {
    const chunks = chunksOf(stream(valueBytes));
    const samples: { ratio: number; ours: number; theirs: number }[] = [];
    const repeat = valueBytes < 10_000 ? 8 : 1;
    rate(() => runDecoder(chunks) + runParser(chunks));
    for (let i = 0; i < rounds; i++) {
      const ours = rate(() => repeated(repeat, () => runDecoder(chunks)));
      const theirs = rate(() => repeated(repeat, () => runParser(chunks)));
      samples.push({ ratio: ours / theirs, ours, theirs });
    }
    samples.sort((a, b) => a.ratio - b.ratio);
    const { ratio, ours, theirs } = samples[rounds >> 1]!;
    const perSecond = (n: number) => `${(n / 1e6).toFixed(n < 1e5 ? 4 : 2)} M/s`;
    console.log(
      `SET of ${valueBytes} B: decoder ${perSecond(ours)}, redis-parser ${perSecond(theirs)}, ratio ${ratio.toFixed(1)}`,
    );
  }
}

/** Bytes outside the JS heap that stay while each connection waits for the rest of one small request. */
function pinnedBytes(hold: (chunk: Buffer) => unknown): number {
  globalThis.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  const kept: unknown[] = [];
  const cut = Buffer.from('*2\r\n$3\r\nGET\r\n$3\r\nke');
  for (let i = 0; i < connections; i++) {
    const chunk = Buffer.allocUnsafeSlow(chunkBytes);
    chunk.fill('*1\r\n$4\r\nPING\r\n');
    const whole = Math.floor((chunkBytes - cut.length) / 14) * 14;
    cut.copy(chunk, whole);
    kept.push(hold(chunk.subarray(0, whole + cut.length)));
  }
  globalThis.gc?.();
  const after = process.memoryUsage().arrayBuffers;
  return kept.length === connections ? after - before : Number.NaN;
}

function pinning(): void {
  const args = createRequestArgs();
  const ours = pinnedBytes((chunk) => {
    const decoder = new RequestDecoder(defaultRequestLimits(), true);
    decoder.feed(chunk);
    while (decoder.next(args) === DecodeResult.request);
    return decoder;
  });
  const theirs = pinnedBytes((chunk) => {
    const parser = oracle(() => {});
    parser.execute(chunk);
    return parser;
  });
  const mb = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  console.log(
    `${connections} connections, each with a request cut at a chunk's end: decoder ${mb(ours)}, redis-parser ${mb(theirs)}`,
  );
}

function hostile(): void {
  const cases: [string, Buffer][] = [
    ['64 KB of *1', Buffer.from('*1\r\n'.repeat(16_384))],
    ['*5000000000', Buffer.from('*5000000000\r\n')],
    ['*30000000', Buffer.from('*30000000\r\n')],
    ['inline PING', Buffer.from('PING\r\n')],
  ];
  for (const [name, bytes] of cases) {
    const decoder = new RequestDecoder(defaultRequestLimits(), true);
    decoder.feed(bytes);
    const result = decoder.next(createRequestArgs());
    const ours = result === DecodeResult.error ? decoder.error : 'a request';
    const heapBefore = process.memoryUsage().heapUsed;
    let theirs: string;
    try {
      const fatal: Error[] = [];
      const parser = new RedisParser({
        returnReply: () => {},
        returnError: () => {},
        returnFatalError: (error: Error) => fatal.push(error),
      });
      parser.execute(bytes);
      const grown = Math.round((process.memoryUsage().heapUsed - heapBefore) / 1024 / 1024);
      theirs = fatal[0] === undefined ? `waits, heap grew by ${grown} MB` : `fatal: ${fatal[0].message}`;
    } catch (error) {
      theirs = `throws ${String(error)}`;
    }
    console.log(`${name}: decoder: ${ours}; redis-parser: ${theirs.slice(0, 90)}`);
  }
}

pinning();
throughput();
hostile();
