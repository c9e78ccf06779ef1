import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createServer, rootCertificates } from 'node:tls';
import { EdgeNode } from '../../src/node.ts';
import { freePort } from '../free-port.ts';
import { until } from '../until.ts';
import { missing } from './server-process.ts';

const dir = mkdtempSync(join(tmpdir(), 'ferrite-tls-'));
const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
const skip = missing('openssl');
const ends: (() => void)[] = [];
const nodes: EdgeNode[] = [];

after(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  for (const end of ends) end();
  rmSync(dir, { recursive: true, force: true });
});

function certify(): void {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-days', '2', ...subject],
    {
      stdio: 'ignore',
    },
  );
}

/** TLS before a plain port: resolves with its own port. */
function terminate(portOf: () => number): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (outer) => {
    const inner = connect(portOf(), '127.0.0.1');
    for (const [from, to] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  server.on('tlsClientError', () => {});
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

async function open(nodeId: string, hubUrl: string | undefined, settings: Record<string, string>) {
  const quick = { 'sync.reconnect_initial_delay': '20ms', 'sync.reconnect_max_delay': '200ms' };
  const node = new EdgeNode({
    nodeId,
    memoryLimit: '8mb',
    port: 0,
    ...(hubUrl === undefined ? {} : { hubUrl }),
    settings: { ...quick, 'hub.port': '0', ...settings },
  });
  nodes.push(node);
  await node.open();
  return node;
}

/** The last error of an edge, once it has one. */
async function failure(edge: EdgeNode): Promise<string> {
  const last = (): string => {
    const { last_error: error } = edge.status();
    return String(error);
  };
  await until(() => last() !== '', 'a last error');
  return last();
}

test('edges reach their hub by ws, redis, wss and rediss; a private authority is trusted by sync.ca', {
  skip,
}, async () => {
  certify();
  const port = await freePort();
  let clients = 0;
  const [tls, rediss] = [await terminate(() => port), await terminate(() => clients)];
  const endpoint = `wss://localhost:${tls}/edge/ws`;
  const tokens = 'right-token';
  const hub = await open('hub', undefined, {
    'edge.mode': 'hub',
    'hub.port': String(port),
    'hub.endpoint': endpoint,
    'hub.tokens': tokens,
  });
  clients = hub.port;
  assert.equal(hub.command('edge.endpoint'), endpoint);
  const trusting = { 'edge.token': tokens, 'sync.ca': cert };
  const urls: Record<string, string> = {
    ws: `ws://127.0.0.1:${port}/edge/ws`,
    wss: endpoint,
    redis: `redis://127.0.0.1:${clients}`,
    rediss: `rediss://localhost:${rediss}`,
  };
  for (const [scheme, url] of Object.entries(urls)) {
    const edge = await open(`by-${scheme}`, url, trusting);
    await edge.set(scheme, 'here');
    await edge.sync();
    assert.equal(hub.get(scheme), 'here', url);
  }
  for (const scheme of ['wss', 'rediss']) {
    const edge = await open(`distrusting-${scheme}`, urls[scheme], { 'edge.token': tokens });
    assert.match(await failure(edge), /certificate not trusted \(self-signed certificate\): .*sync\.ca/);
  }
  const other = await open('other-name', `wss://127.0.0.1:${tls}/edge/ws`, trusting);
  assert.match(await failure(other), /certificate of another host/);
  const stranger = await open('stranger', endpoint, { ...trusting, 'edge.token': 'wrong-token' });
  assert.match(await failure(stranger), /unauthorized/);
});

test('a hub that is asked over TLS and names an endpoint without is not believed', { skip }, async () => {
  certify();
  const hub = await open('plain-hub', undefined, { 'edge.mode': 'hub' });
  const port = await terminate(() => hub.port);
  const edge = await open('careful', `rediss://localhost:${port}`, { 'sync.ca': cert });
  assert.match(await failure(edge), /without TLS: set hub\.endpoint there/);
});

test('a file that holds no certificate stops the start, and says which', { skip }, async () => {
  const none = join(dir, 'none.pem');
  writeFileSync(none, 'not a certificate');
  for (const [path, message] of [
    [none, /none\.pem:1: sync\.ca: found no certificate, allowed/],
    [join(dir, 'absent.pem'), /^sync\.ca: ENOENT.*absent\.pem/],
  ] as const) {
    const node = new EdgeNode({ hubUrl: 'wss://localhost/', settings: { 'sync.ca': path } });
    nodes.push(node);
    await assert.rejects(node.open(), { code: 'CONFIG', message });
  }
});

test('the authorities of NODE_EXTRA_CA_CERTS are trusted beside those of sync.ca', { skip }, async () => {
  certify();
  const port = await freePort();
  const tokens = 'right-token';
  const settings = { 'edge.mode': 'hub', 'hub.port': String(port), 'hub.tokens': tokens };
  const hub = await open('extra-hub', undefined, settings);
  const another = join(dir, 'another.pem');
  writeFileSync(another, String(rootCertificates[0]));
  const url = `wss://localhost:${await terminate(() => port)}/edge/ws`;
  const before = process.env;
  try {
    process.env = { ...before, NODE_EXTRA_CA_CERTS: cert };
    const edge = await open('extra', url, { 'edge.token': tokens, 'sync.ca': another });
    await edge.set('extra', 'here');
    await edge.sync();
    assert.equal(hub.get('extra'), 'here');
  } finally {
    process.env = before;
  }
});
