import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { missing, runTool, ServerProcess } from '../server-process.ts';

const server = new ServerProcess();

describe('redis-benchmark', { skip: missing('redis-benchmark') }, () => {
  before(() => server.start());
  after(() => server.stop());

  for (const extra of [[], ['-3'], ['-P', '16']]) {
    test(`runs its tests ${extra.join(' ')}`, async () => {
      const tests = 'ping_inline,ping_mbulk,set,get,incr,mset';
      const args = ['-p', String(server.port), '-n', '1000', '-c', '10', '-t', tests, '--csv', ...extra];
      const { out, status } = await runTool('redis-benchmark', args);
      assert.equal(status, 0, out);
      for (const name of ['PING_INLINE', 'PING_MBULK', 'SET', 'GET', 'INCR', 'MSET (10 keys)']) {
        assert.ok(out.includes(`"${name}",`), `${name} is in ${out}`);
      }
      assert.doesNotMatch(out, /ERR|WARNING|error/i);
    });
  }
});
