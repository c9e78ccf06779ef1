// What sessions can do beyond asking and being answered, with real clients against a real node: transactions, messages,
// keyspace events, tracking, and looking on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Redis } from 'ioredis';
import { TestClient } from '../server/test-client.ts';
import { until } from '../until.ts';
import { ServerProcess } from './server-process.ts';

const server = new ServerProcess();
const clients: Redis[] = [];

function connect(protocol: 2 | 3 = 3): Redis {
  const redis = new Redis({ port: server.port, protocol, commandTimeout: 5000, maxRetriesPerRequest: 1 });
  clients.push(redis);
  return redis;
}

before(() => server.start('--set', `server.unixsocket=${server.dir}/ferrite.sock`));
after(async () => {
  for (const client of clients) client.disconnect();
  await server.stop();
});

test('transactions, messages, keyspace events and client tracking work with real clients', async () => {
  const [a, b, listener] = [connect(), connect(), connect()];
  assert.deepEqual(await a.multi().set('t:k', '1').incr('t:k').exec(), [
    [null, 'OK'],
    [null, 2],
  ]);
  await a.watch('t:k');
  await b.set('t:k', '7');
  assert.equal(await a.multi().incr('t:k').exec(), null);

  await listener.subscribe('news');
  await listener.psubscribe('__keyevent@0__:*');
  const heard: string[] = [];
  listener.on('message', (channel, message) => heard.push(`${channel} ${message}`));
  listener.on('pmessage', (_pattern, channel, message) => heard.push(`${channel} ${message}`));
  await b.config('SET', 'notify-keyspace-events', 'KEA');
  assert.equal(await b.publish('news', 'hello'), 1);
  await b.set('t:k', 'v', 'PX', 30);
  await until(() => heard.includes('__keyevent@0__:expired t:k'));
  assert.deepEqual(heard.slice(0, 3), ['news hello', '__keyevent@0__:set t:k', '__keyevent@0__:expire t:k']);

  // To a RESP3 client it would be a push of its own kind, which ioredis does not show.
  const told = connect(2);
  const invalidated: string[] = [];
  told.on('message', (channel) => invalidated.push(channel));
  await told.subscribe('__redis__:invalidate');
  const id = String(await b.call('CLIENT', 'LIST', 'TYPE', 'pubsub')).match(
    /id=(\d+) [^\n]*sub=1 psub=0/,
  )?.[1];
  assert.equal(await a.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id ?? ''), 'OK');
  await a.get('t:tracked');
  await b.set('t:tracked', 'x');
  await until(() => invalidated.includes('__redis__:invalidate'));
});

test('a client on the Unix socket is served like any other', async () => {
  const client = await TestClient.connect(`${server.dir}/ferrite.sock`);
  client.send('PING\r\n');
  await client.expect('+PONG\r\n');
  client.send('CLIENT INFO\r\n');
  await until(() => client.text.includes('flags=U'));
  client.close();
});

test('MONITOR, SLOWLOG, LATENCY, INFO, CONFIG, COMMAND and MEMORY tell what the node does', async () => {
  const a = connect();
  const monitor = await a.monitor();
  const seen: string[] = [];
  monitor.on('monitor', (_time: string, args: string[]) => seen.push(args.join(' ')));
  await a.config('SET', 'slowlog-log-slower-than', '0');
  await a.set('m:k', 'v');
  await until(() => seen.includes('set m:k v'));
  monitor.disconnect();
  const slow = await a.slowlog('GET', 10);
  assert.match(JSON.stringify(slow), /"set","m:k","v"/);
  assert.match(JSON.stringify(await a.call('LATENCY', 'HISTOGRAM', 'set')), /"set",\["calls"/);
  assert.match(await a.info('stats'), /pubsub_patterns:1\r\n/);
  assert.deepEqual(await a.config('GET', 'slowlog-max-len'), ['slowlog-max-len', '128']);
  assert.match(JSON.stringify(await a.call('COMMAND', 'DOCS', 'exec')), /transactions/);
  assert.ok(Number(await a.call('MEMORY', 'USAGE', 'm:k')) > 0);
  assert.ok(Number(await a.call('COMMAND', 'COUNT')) > 100);
  await a.config('SET', 'slowlog-log-slower-than', '10000');
});
