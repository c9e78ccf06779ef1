import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandSpec, KeySpec } from '../../src/commands/command.ts';
import type { RequestArgs } from '../../src/commands/executor.ts';
import { findKeys, hasWord, keySpecsOf, optionsIn } from '../../src/commands/keys-of.ts';
import { commandList } from '../../src/commands/list.generated.ts';

function request(line: string): RequestArgs {
  const words = line.split(' ').map((word) => Buffer.from(word));
  const lengths = Int32Array.from(words, (word) => word.length);
  const offsets = new Int32Array(words.length);
  for (let i = 1; i < words.length; i++) offsets[i] = offsets[i - 1]! + lengths[i - 1]!;
  return { buf: Buffer.concat(words), argc: words.length, offsets, lengths, isLasting: true };
}

const plain: CommandSpec = {
  name: 'x',
  arity: -1,
  flags: [],
  group: 'generic',
  since: '1.0.0',
  summary: 'X.',
};

function keysIn(line: string, ...keySpecs: KeySpec[]): number[] | undefined {
  const spec = { ...plain, keySpecs };
  return findKeys({ spec, keySpecs }, request(line))?.map(({ index }) => index);
}

const flags = ['RO', 'access'] as const;

test('keys stand in a range, with a step', () => {
  assert.deepEqual(keysIn('mset a 1 b 2', { flags, begin: 1, find: { last: -1, step: 2 } }), [1, 3]);
  assert.deepEqual(keysIn('get a b', { flags, begin: 1, find: { last: 0, step: 1 } }), [1]);
  assert.equal(keysIn('get', { flags, begin: 1, find: { last: 0, step: 1 } }), undefined);
});

test('keys are counted by an argument', () => {
  const counted: KeySpec = { flags, begin: 1, find: { countAt: 0, first: 1, step: 1 } };
  assert.deepEqual(keysIn('zunion 2 a b c', counted), [2, 3]);
  assert.deepEqual(keysIn('zunion 0 a', counted), []);
  for (const line of ['zunion 3 a', 'zunion -1 a', 'zunion x a', 'zunion']) {
    assert.equal(keysIn(line, counted), undefined, line);
  }
});

test('options are met as their parser meets them, with what belongs to them passed over', () => {
  const widths = { limit: 2, get: 1, store: 1, alpha: 0 };
  const met = (line: string, i: number) =>
    [...optionsIn(request(line), i, widths)].map(({ word, at }) => [word, at]);
  assert.deepEqual(met('sort k GET store STORE get x Alpha', 2), [
    ['get', 2],
    ['store', 4],
    ['alpha', 7],
  ]);
  assert.deepEqual(met('sort k limit store store store d', 2), [
    ['limit', 2],
    ['store', 5],
  ]);
  assert.deepEqual(met('sort k limit store', 2), []);
});

test('a command whose keys stand behind a word finds them itself', () => {
  for (const command of commandList) {
    const isBehindWord = keySpecsOf(command).some(({ begin }) => typeof begin !== 'number');
    if (isBehindWord) assert.notEqual(command.findKeys, undefined, command.name);
  }
});

test('a command may find its own keys', () => {
  const spec: CommandSpec = { ...plain, findKeys: (_, base) => [{ index: base + 2, flags }] };
  assert.deepEqual(findKeys({ spec, keySpecs: [] }, request('acl dryrun u sort a b'), 3), [
    { index: 5, flags },
  ]);
});

test('a plain range says of writes that they read and change', () => {
  const keys = { first: 2, last: 2, step: 1 };
  assert.deepEqual(keySpecsOf({ ...plain, keys }), [
    { flags: ['RO', 'access'], begin: 2, find: { last: 0, step: 1 } },
  ]);
  assert.deepEqual(keySpecsOf({ ...plain, flags: ['write'], keys })[0]?.flags, ['RW', 'access', 'update']);
  assert.deepEqual(keySpecsOf({ ...plain, keys, keyFlags: ['RM', 'delete'] })[0]?.flags, ['RM', 'delete']);
  assert.deepEqual(keySpecsOf(plain), []);
});

test('words are found whatever their case', () => {
  assert.equal(hasWord(request('set a b GeT'), 3, 'get'), true);
  assert.equal(hasWord(request('set get b'), 3, 'get'), false);
});
