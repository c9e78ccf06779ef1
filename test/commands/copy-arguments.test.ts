import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyArguments } from '../../src/commands/copy-arguments.ts';
import type { RequestArgs } from '../../src/commands/executor.ts';
import { requestOf } from './command-rig.ts';

function texts({ buf, argc, offsets, lengths }: RequestArgs): string[] {
  return Array.from({ length: argc }, (_, i) =>
    buf.toString('latin1', offsets[i]!, offsets[i]! + lengths[i]!),
  );
}

/** A request as the decoder has it: among others, with what stands between arguments, in arrays with room for more. */
function decoded(words: readonly string[], before: number, behind: number, isLasting: boolean): RequestArgs {
  const { argc, offsets, lengths } = requestOf(words);
  const args = { argc, offsets: new Int32Array(argc + 5), lengths: new Int32Array(argc + 5), isLasting };
  for (let i = 0; i < argc; i++) args.offsets[i] = offsets[i]! + before + 2 * i;
  args.lengths.set(lengths);
  const text = words.join('\r\n');
  return { ...args, buf: Buffer.from('-'.repeat(before) + text + '-'.repeat(behind)) };
}

test('a copy holds what bytes were that change, and arguments that are replaced', () => {
  const words = ['blpop', '', 'key', 'a longer one'];
  const args = decoded(words, 7, 100, false);
  const copy = copyArguments(args);
  const changed = copyArguments(args, new Map([[2, Buffer.from('another')]]));
  args.buf.fill('x');
  args.offsets.fill(1);
  args.lengths.fill(1);
  assert.deepEqual(texts(copy), words);
  assert.deepEqual(texts(changed), ['blpop', '', 'another', 'a longer one']);
  assert.deepEqual(texts(copyArguments(copy)), words);
});

test('bytes that stay as they are are not copied, unless they hold up much else', () => {
  const words = Array.from({ length: 1000 }, (_, i) => `member:${i}`);
  const args = decoded(words, 100, 5000, true);
  const kept = copyArguments(args);
  assert.equal(kept.buf, args.buf);
  args.offsets.fill(1);
  args.lengths.fill(1);
  assert.deepEqual(texts(kept), words);
  const among = copyArguments(decoded(words, 50_000, 50_000, true));
  assert.ok(among.buf.length < 12_000);
  assert.deepEqual(texts(among), words);
});
