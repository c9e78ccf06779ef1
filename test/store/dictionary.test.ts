import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainDictionary } from '../../src/store/dictionary.ts';
import { sensorValues } from './sensor-values.ts';

test('holds what the samples share, and not what each has alone', () => {
  const dictionary = Buffer.from(trainDictionary(sensorValues(200), 2048));
  assert.ok(dictionary.length > 100 && dictionary.length <= 2048);
  for (const part of ['"humidity":', '"pressure":', '"location":{"building":"', '"status":"']) {
    assert.ok(dictionary.includes(part), part);
  }
});

test('is empty where there is nothing to share', () => {
  assert.equal(trainDictionary([], 1024).length, 0);
  assert.equal(trainDictionary([Buffer.from('one value'), Buffer.from('another')], 1024).length, 0);
  assert.equal(trainDictionary([Buffer.from('abc'), Buffer.from('abc')], 1024).length, 0);
});
