import assert from 'node:assert/strict';
import { test } from 'node:test';
import { savedParameter } from '../../src/commands/saved-parameters.ts';

const saved = (name: string, text: string) =>
  savedParameter(name, text)?.map(({ key, literal }) => `${key} = ${literal}`);

test('parameters are saved in the form of the configuration file', () => {
  assert.deepEqual(saved('maxclients', '20'), ['server.maxclients = 20']);
  assert.deepEqual(saved('timeout', '60'), ['server.timeout = "1m"']);
  assert.deepEqual(saved('maxmemory', '104857600'), ['edge.resources.memory_limit = "100mb"']);
  assert.deepEqual(saved('loglevel', 'notice'), ['log.level = "info"']);
  assert.deepEqual(saved('slowlog-log-slower-than', '-1'), ['server.slowlog_log_slower_than = -1']);
  assert.equal(saved('requirepass', ''), undefined);
  assert.equal(saved('acllog-max-len', '5'), undefined);
});

test('what the file does not allow is not saved', () => {
  assert.deepEqual(saved('slowlog-max-len', '1000000'), ['server.slowlog_max_len = 1000000']);
  assert.equal(saved('slowlog-max-len', '1000001'), undefined);
});

test('limits of replies are saved where the soft ones follow from the hard ones', () => {
  const limits = (normal: string, pubsub: string) =>
    saved('client-output-buffer-limit', `normal ${normal} slave 1 2 3 pubsub ${pubsub}`);
  assert.deepEqual(limits('0 0 0', '33554432 8388608 60'), [
    'server.client_output_buffer_limit = "0b"',
    'server.pubsub_output_buffer_limit = "32mb"',
  ]);
  assert.deepEqual(limits('1048576 0 9', '0 0 0')?.length, 2);
  assert.equal(limits('1048576 5 0', '0 0 0'), undefined);
  assert.equal(limits('0 0 0', '33554432 1 60'), undefined);
  assert.equal(limits('0 0 0', '33554432 8388608 61'), undefined);
});
