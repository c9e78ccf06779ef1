import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  boolean,
  choice,
  duration,
  integer,
  list,
  number,
  optional,
  redactUrl,
  secret,
  size,
  text,
  url,
} from '../../src/config/field.ts';

test('a size is text or a whole number of bytes, within its limits', () => {
  const field = size(1024, { min: 1024, max: 4096 }, '');
  assert.equal(field.fromText('2kb'), 2048);
  assert.equal(field.fromValue(2048), 2048);
  for (const raw of [1, 5000, 2048.5, true, null, '8kb']) assert.equal(field.fromValue(raw), undefined);
  assert.equal(field.show(2048), '"2kb"');
  assert.match(field.allowed, /from 1kb to 4kb/);
});

test('a duration as a value is text, or the number 0', () => {
  const field = duration(0, { min: 0, max: 60_000 }, '');
  assert.equal(field.fromValue('30s'), 30_000);
  assert.equal(field.fromValue(0), 0);
  for (const raw of [30, '30', '2m', []]) assert.equal(field.fromValue(raw), undefined);
});

test('integers, numbers and booleans are not read from a TOML string', () => {
  const whole = integer(1, { min: -2, max: 9 }, '');
  assert.deepEqual(
    [whole.fromText('-2'), whole.fromText('10'), whole.fromText('1.0')],
    [-2, undefined, undefined],
  );
  assert.deepEqual(
    [whole.fromValue(3), whole.fromValue('3'), whole.fromValue(2.5)],
    [3, undefined, undefined],
  );
  const real = number(2, { min: 1, max: 3 }, '');
  assert.deepEqual(
    [real.fromText('1.5'), real.fromText('x'), real.fromValue(9)],
    [1.5, undefined, undefined],
  );
  const flag = boolean(false, '');
  assert.deepEqual(
    [flag.fromText('yes'), flag.fromText('1'), flag.fromValue('true')],
    [true, undefined, undefined],
  );
});

test('a choice takes one of its words and names them all', () => {
  const field = choice('a', ['a', 'b'], '');
  assert.equal(field.fromText('b'), 'b');
  assert.equal(field.fromValue('c'), undefined);
  assert.equal(field.allowed, '"a", "b"');
});

test('a URL has one of the schemes and a host', () => {
  const field = url(['ws', 'redis'], '');
  assert.equal(field.fromText('redis://hub:6379'), 'redis://hub:6379');
  for (const raw of ['http://hub', 'hub:6379', 'ws://', 'ws']) assert.equal(field.fromText(raw), undefined);
});

test('a URL is shown without what may be secret in it', () => {
  assert.equal(redactUrl('redis://user:pa/ss@hub:6379/0?token=1'), 'redis://***@hub:6379/0?***');
  assert.equal(redactUrl('ws://hub/edge/ws'), 'ws://hub/edge/ws');
});

test('a list is separated by commas in text and an array as a value; one bad item spoils it', () => {
  const field = list(text('', /^[a-z]+$/, 'letters', ''), '');
  assert.deepEqual(field.fromText('a, b,'), ['a', 'b']);
  assert.deepEqual(field.fromValue(['a']), ['a']);
  assert.equal(field.fromValue(['a', 1]), undefined);
  assert.equal(field.fromText('a,B'), undefined);
  assert.equal(field.show(['a', 'b']), '["a", "b"]');
});

test('optional takes the default away, secret marks a field', () => {
  const field = secret(optional(text('x', /./, '', '')));
  assert.equal(field.default, undefined);
  assert.equal(field.secret, true);
});
