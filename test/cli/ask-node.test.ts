import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askNode } from '../../src/cli/ask-node.ts';
import { withScriptedNode } from './scripted-node.ts';

const here = { host: '127.0.0.1', password: undefined };

test('the reply to the command comes back, after AUTH where there is a password', () =>
  withScriptedNode(
    { AUTH: '-ERR no password configured\r\n', ECHO: '$2\r\nhi\r\n' },
    async ({ port, heard }) => {
      assert.equal(await askNode({ ...here, port }, ['ECHO', 'hi'], 5000), 'hi');
      assert.equal(await askNode({ ...here, port, password: 'pä ss' }, ['ECHO', 'hi'], 5000), 'hi');
      assert.deepEqual(heard, ['ECHO hi', 'AUTH pä ss', 'ECHO hi']);
    },
  ));

test('silence ends after the time allowed', () =>
  withScriptedNode({}, async ({ port }) => {
    await assert.rejects(askNode({ ...here, port }, ['PING'], 20), /no answer within 20 ms/);
  }));

test('what is not RESP is an error, and so is nobody there', async () => {
  let freed = 0;
  await withScriptedNode({ PING: 'HTTP/1.1 400\r\n' }, async ({ port }) => {
    freed = port;
    await assert.rejects(askNode({ ...here, port }, ['PING'], 5000), { code: 'CLOSED', message: /not RESP/ });
  });
  await assert.rejects(askNode({ ...here, port: freed }, ['PING'], 5000), /ECONNREFUSED/);
});
