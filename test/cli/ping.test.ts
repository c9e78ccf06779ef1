import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ping } from '../../src/cli/ping.ts';
import { recordOutput, withScriptedNode } from './scripted-node.ts';

test('PONG and a request for a password are life, another error is not', async () => {
  const cases: readonly [string, string, number][] = [
    ['+PONG\r\n', 'PONG', 0],
    ['-NOAUTH Authentication required.\r\n', 'NOAUTH Authentication required.', 0],
    ['-LOADING loading\r\n', 'LOADING loading', 1],
    [':1\r\n', '1', 1],
  ];
  for (const [answer, printed, exitCode] of cases) {
    await withScriptedNode({ PING: answer }, async ({ port }) => {
      const { outLines, output } = recordOutput();
      assert.equal(await ping({ host: '127.0.0.1', port, password: undefined }, 5000, output), exitCode);
      assert.deepEqual(outLines, [printed]);
    });
  }
});
