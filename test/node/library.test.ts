// What a program that embeds a node relies on: that its process lives, that bytes come back as they went in, that what
// it names takes effect, and that open() and close() may come in any order.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { diskFiles } from '../../src/journal/file-layer.ts';
import { type Argument, CommandError, createLog, EdgeNode, type EdgeNodeOptions } from '../../src/node.ts';
import { Pipeline } from '../e2e/pipeline.ts';
import { freePort } from '../free-port.ts';
import { newDir, startHub, startNode } from './start-node.ts';

function fillDisk(t: TestContext): void {
  const error = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const full = (): never => {
    throw error;
  };
  const fullLater: typeof diskFiles.writeLater = (_fd, _buf, _offset, _length, _position, done) => {
    setImmediate(done, error, 0);
  };
  t.mock.method(diskFiles, 'write', full);
  // While the disk is slow to take what was written before.
  t.mock.method(diskFiles, 'writeLater', fullLater);
  t.mock.method(diskFiles, 'open', full);
}

test('a disk that is full rejects those who wait, and ends no process where nobody does', async (t) => {
  const node = await startNode(t, { dir: newDir(t) });
  fillDisk(t);
  node.command('set', 'a', '1');
  const unwatched = [node.set('b', '2'), node.execute('set', 'c', '3')];
  await turn();
  await turn();
  for (const promise of unwatched) await assert.rejects(promise, { code: 'JOURNAL_IO' });
  // From here on writes are refused before they are done.
  node.set('d', '4');
  node.incrBy('n');
  await turn();
  assert.throws(() => node.command('set', 'd', '4'), /^CommandError: MISCONF/);
  await assert.rejects(node.set('d', '4'), /^CommandError: MISCONF/);
  assert.equal(node.get('a'), '1');
  assert.equal(node.get('d'), undefined);
  const status = await node.execute('edge.status');
  assert.ok(Array.isArray(status));
  assert.equal(status[status.indexOf('last_error') + 1], 'journal: ENOSPC', 'said where one looks first');
  assert.match(String(await node.execute('info', 'ferrite')), /^ferrite_journal_error:journal: ENOSPC\r$/m);
  t.mock.restoreAll();
  await node.close().catch(() => {});
});

test('a write while the node closes is refused and not lost', async (t) => {
  const dir = newDir(t);
  const node = await startNode(t, { dir });
  const before = node.set('before', '1');
  const closing = node.close();
  assert.throws(() => node.command('set', 'late', '1'), { code: 'CLOSED' });
  await assert.rejects(node.set('late', '1'), { code: 'CLOSED' });
  await assert.rejects(node.execute('get', 'before'), { code: 'CLOSED' });
  await assert.rejects(node.sync(), { code: 'CLOSED' });
  assert.equal(await before, true);
  await closing;
  await node.open();
  assert.equal(node.get('before'), '1');
  assert.equal(node.get('late'), undefined);
});

test('close() while open() is under way leaves nothing open', async (t) => {
  const port = await freePort();
  const dir = newDir(t);
  const node = new EdgeNode({
    memoryLimit: '16mb',
    port,
    dir,
    settings: { 'edge.listen': 'true', 'hub.port': '0' },
  });
  const opening = node.open();
  await assert.rejects(node.open(), { code: 'CLOSED' });
  await node.close();
  await opening;
  assert.equal(node.port, 0);
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(port, '127.0.0.1', resolve));
  server.close();
  const next = await startNode(t, { dir });
  assert.equal(next.get('nothing'), undefined);
});

test('open() while close() is under way opens when that has ended, and the last call stands', async (t) => {
  const dir = newDir(t);
  const node = await startNode(t, { dir });
  await node.set('kept', 'yes');
  const closing = node.close();
  const opening = node.open();
  await Promise.all([closing, opening]);
  assert.equal(node.get('kept'), 'yes');
  await Promise.all([node.close(), node.open(), node.close()]);
  assert.throws(() => node.get('kept'), { code: 'CLOSED' });
});

test('an execute() that waits when the node closes is told so', async (t) => {
  const node = await startNode(t);
  await node.execute('client', 'pause', '60000', 'all');
  const held = [node.execute('get', 'k'), node.set('k', 'v')];
  assert.throws(() => node.get('k'), /replies later/);
  await node.close();
  for (const promise of held) await assert.rejects(promise, { code: 'CLOSED' });
});

test('a directory that is named keeps what is written, whatever the preset', async (t) => {
  for (const preset of ['standard', 'minimal', 'iot'] as const) {
    const dir = newDir(t);
    const first = await startNode(t, { preset, dir });
    await first.set('k', preset);
    await first.close();
    const second = await startNode(t, { preset, dir });
    assert.equal(second.get('k'), preset);
  }
  for (const key of ['persistence.dir', 'edge.queue_path']) {
    const dir = join(newDir(t), 'data');
    await startNode(t, { settings: { [key]: dir } });
    assert.ok(readdirSync(dir).length > 0, key);
  }
});

test('a directory that nothing is kept in is warned of', async (t) => {
  const lines: string[] = [];
  const log = createLog('warn', (line) => lines.push(line), Date.now);
  const dir = join(newDir(t), 'none');
  await startNode(t, { dir, log, settings: { 'persistence.enabled': 'false' } });
  assert.match(lines.join(''), /persistence\.dir: nothing is kept there/);
  assert.ok(!existsSync(dir));
});

test('edge.token_env names the variable with the token', async (t) => {
  const hub = await startHub(t, { settings: { 'hub.tokens': 'a:of-eight' } });
  const variable = 'LIBRARY_TEST_TOKEN';
  process.env[variable] = 'of-eight';
  t.after(() => delete process.env[variable]);
  const settings = { 'edge.token_env': variable };
  const edge = await startNode(t, { nodeId: 'a', hubUrl: String(hub.endpoint), settings });
  await edge.sync();
  assert.equal(new Map(Object.entries(edge.status())).get('is_online'), 1);
});

test('a listener named in settings listens, and what has no effect is refused', async (t) => {
  const tcp = await startNode(t, { settings: { 'server.port': '0' } });
  assert.ok(tcp.port > 0);
  const path = join(newDir(t), 'redis.sock');
  const local = await startNode(t, { settings: { 'server.unixsocket': path } });
  assert.equal(local.port, 0);
  assert.ok(existsSync(path));
  const refusal = { code: 'CONFIG', message: /log\.level: has no effect here/ };
  assert.throws(() => new EdgeNode({ settings: { 'log.level': 'debug' } }), refusal);
});

test('what a program without types gets wrong is told to it, and has no effect', async (t) => {
  const misspelled: EdgeNodeOptions = JSON.parse('{"hubURL":"ws://hub"}');
  assert.throws(() => new EdgeNode(misspelled), {
    code: 'CONFIG',
    message: /hubURL: .* did you mean hubUrl\?/,
  });
  const node = await startNode(t);
  const missing: Argument = JSON.parse('[null]')[0];
  await assert.rejects(node.set('k', missing), TypeError);
  await assert.rejects(node.set('k', 'v', { ex: 1, px: 1 }), /syntax error/);
  assert.equal(node.exists('k'), false);
});

test('who waits for a reply keeps the process from ending, also where the node has no port', async (t) => {
  const node = await startNode(t);
  const held = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = held();
  const waiting = [node.execute('blpop', 'q', '0'), node.execute('blpop', 'r', '0.01')];
  assert.equal(held(), before + 1);
  assert.equal(await waiting[1], null);
  assert.equal(held(), before + 1);
  await node.execute('rpush', 'q', 'x');
  assert.deepEqual(await waiting[0], ['q', 'x']);
  assert.equal(held(), before);
});

test('bytes come back as they went in, and integers with all their digits', async (t) => {
  const node = await startNode(t);
  const bytes = Uint8Array.of(0xff, 0xfe, 0, 0x80);
  await node.set('raw', bytes);
  assert.deepEqual(node.getBytes('raw'), Buffer.from(bytes));
  assert.equal(node.getBytes('nothing'), undefined);
  assert.deepEqual(node.commandBytes('mget', 'raw', 'nothing'), [Buffer.from(bytes), null]);
  const given = await node.executeBytes('get', 'raw');
  await node.set('raw', 'other');
  assert.deepEqual(given, Buffer.from(bytes));
  assert.equal(await node.incrBy('n', 2n ** 53n), 2 ** 53);
  assert.equal(await node.execute('incr', 'n'), 2n ** 53n + 1n);
  assert.equal(node.command('decr', 'n'), 2n ** 53n);
  assert.equal(node.command('decr', 'n'), Number.MAX_SAFE_INTEGER);
});

test('replies may be as large as the data', async (t) => {
  const node = await startNode(t, { memoryLimit: '256mb' });
  const bytes = 65 * 1024 * 1024;
  assert.equal(node.command('setrange', 'large', bytes - 1, 'x'), bytes);
  assert.equal(node.get('large')?.length, bytes);
  node.command('sadd', 's', 'm');
  const many = node.command('srandmember', 's', -1_100_000);
  assert.equal(Array.isArray(many) && many.length, 1_100_000);
});

test('a transaction is one group with replies of its own, and no command changes the session of all', async (t) => {
  const node = await startNode(t, { port: 0 });
  const replies = await node.transaction([
    ['set', 'k', 'v'],
    ['incr', 'k'],
    ['incr', 'n'],
  ]);
  assert.equal(replies[0], 'OK');
  assert.ok(replies[1] instanceof CommandError);
  assert.equal(replies[2], 1);
  await assert.rejects(node.transaction([['set', 'k', 'w'], ['nosuch']]), /unknown command/);
  assert.equal(node.get('k'), 'v');
  await node.transaction([
    ['select', '1'],
    ['set', 'one', '1'],
  ]);
  assert.equal(node.get('one'), undefined);
  assert.deepEqual(await node.transaction([]), []);
  const shared = ['multi', 'EXEC', 'discard', 'watch', 'select', 'auth', 'hello', 'reset', 'quit'];
  for (const name of shared) {
    assert.throws(() => node.command(name, '1'), /would concern all who use this node/, name);
    await assert.rejects(node.execute(name, '1'), /would concern all/, name);
  }
  assert.throws(() => node.command('client', 'reply', 'off'), /would concern all/);
  await assert.rejects(node.transaction([['discard']]), /would concern all/);
  const client = await Pipeline.connect(node.port);
  t.after(() => client.close());
  assert.equal(await client.ask('get', 'k'), 'v');
});

test('what is refused rejects where a promise is returned', async (t) => {
  const node = await startNode(t, { memoryLimit: '1mb' });
  const fill = Array.from({ length: 64 }, (_, i) => node.set(`k${i}`, 'x'.repeat(64 * 1024)));
  const outcomes = await Promise.allSettled(fill);
  const refused = outcomes.filter((o) => o.status === 'rejected');
  assert.ok(refused.length > 0);
  for (const { reason } of refused) assert.match(String(reason), /^CommandError: OOM/);
});
