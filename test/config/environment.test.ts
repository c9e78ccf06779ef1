import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvironment } from '../../src/config/environment.ts';

test('variables of keys and of their other names become settings', () => {
  const { settings, unknown } = readEnvironment({
    FERRITE_EDGE_HUB_URL: 'ws://h',
    FERRITE_EDGE_QUEUE_PATH: '/q',
    HOME: '/',
  });
  assert.deepEqual(settings, [
    { key: 'edge.hub_url', given: { text: 'ws://h' }, where: 'environment FERRITE_EDGE_HUB_URL' },
    { key: 'edge.queue_path', given: { text: '/q' }, where: 'environment FERRITE_EDGE_QUEUE_PATH' },
  ]);
  assert.equal(unknown.size, 0);
});

test('what names no key is told apart, with a guess; empty and FERRITE_CONFIG are neither', () => {
  const { settings, unknown } = readEnvironment({
    FERRITE_EDGE_HUBURL: 'x',
    FERRITE_SERVICE_HOST: '10.0.0.1',
    FERRITE_LOG_LEVEL: '',
    FERRITE_CONFIG: 'edge.toml',
  });
  assert.deepEqual(settings, []);
  assert.deepEqual(
    [...unknown],
    [
      ['FERRITE_EDGE_HUBURL', 'FERRITE_EDGE_HUB_URL'],
      ['FERRITE_SERVICE_HOST', unknown.get('FERRITE_SERVICE_HOST')],
    ],
  );
});
