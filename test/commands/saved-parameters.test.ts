import assert from 'node:assert/strict';
import { test } from 'node:test';
import { savedParameter } from '../../src/commands/saved-parameters.ts';

test('parameters are saved in the form of the configuration file', () => {
  assert.deepEqual(savedParameter('maxclients', '20'), { key: 'server.maxclients', literal: '20' });
  assert.deepEqual(savedParameter('timeout', '60'), { key: 'server.timeout', literal: '"1m"' });
  assert.deepEqual(savedParameter('maxmemory', '104857600'), {
    key: 'edge.resources.memory_limit',
    literal: '"100mb"',
  });
  assert.deepEqual(savedParameter('loglevel', 'notice'), { key: 'log.level', literal: '"info"' });
  assert.equal(savedParameter('requirepass', ''), undefined);
  assert.equal(savedParameter('acllog-max-len', '5'), undefined);
});
