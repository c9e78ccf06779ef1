import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createRequestHandler, httpLimits } from '../../src/http/request-handler.ts';

async function withServer(run: (base: string, port: number, state: { journal?: string }) => Promise<void>) {
  const state: { journal?: string } = {};
  const handler = createRequestHandler({
    health: [],
    readiness: [{ name: 'journal', problem: () => state.journal }],
    metrics: [{ name: 'ferrite_up', help: 'Up.', type: 'gauge', collect: () => 1 }],
  });
  const server = createServer(httpLimits, handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  try {
    await run(`http://127.0.0.1:${address.port}`, address.port, state);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('GET /healthz stays 200 while /readyz follows the checks', () =>
  withServer(async (base, _port, state) => {
    assert.equal((await fetch(`${base}/readyz`)).status, 200);
    state.journal = 'disk full';
    const ready = await fetch(`${base}/readyz`);
    assert.equal(ready.status, 503);
    assert.deepEqual(await ready.json(), { status: 'unavailable', problems: { journal: 'disk full' } });
    const healthy = await fetch(`${base}/healthz?verbose=1`);
    assert.deepEqual([healthy.status, await healthy.json()], [200, { status: 'ok' }]);
  }));

test('GET /metrics has the content type of the text format', () =>
  withServer(async (base) => {
    const response = await fetch(`${base}/metrics`);
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.match(await response.text(), /^ferrite_up 1$/m);
  }));

test('HEAD has the headers and no body', () =>
  withServer(async (base) => {
    const response = await fetch(`${base}/metrics`, { method: 'HEAD' });
    assert.equal(response.status, 200);
    assert.notEqual(response.headers.get('content-length'), '0');
    assert.equal(await response.text(), '');
  }));

test('other methods and paths are refused', () =>
  withServer(async (base) => {
    const post = await fetch(`${base}/metrics`, { method: 'POST', body: 'x' });
    assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD']);
    assert.equal((await fetch(`${base}/`)).status, 404);
    assert.equal((await fetch(`${base}/metrics/`)).status, 404);
  }));

test('a header larger than the limit is refused', () =>
  withServer(async (_base, port) => {
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(httpLimits.maxHeaderSize)}\r\n\r\n`,
    );
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 431 /);
  }));
