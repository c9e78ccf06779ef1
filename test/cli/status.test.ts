import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status } from '../../src/cli/status.ts';
import { recordOutput, withScriptedNode } from './scripted-node.ts';

test('each field is a line', () => {
  const answer = '*6\r\n$4\r\nnode\r\n$2\r\nn1\r\n$11\r\npending_ops\r\n:3\r\n$5\r\nerror\r\n$-1\r\n';
  return withScriptedNode({ 'EDGE.STATUS': answer }, async ({ port }) => {
    const { outLines, output } = recordOutput();
    assert.equal(await status({ host: '127.0.0.1', port, password: undefined }, 5000, output), 0);
    assert.deepEqual(outLines, ['node: n1', 'pending_ops: 3', 'error: ']);
  });
});

test('an error reply is a failure', () =>
  withScriptedNode({ 'EDGE.STATUS': '-NOAUTH Authentication required.\r\n' }, async ({ port }) => {
    const { errLines, output } = recordOutput();
    assert.equal(await status({ host: '127.0.0.1', port, password: undefined }, 5000, output), 1);
    assert.deepEqual(errLines, ['NOAUTH Authentication required.']);
  }));
