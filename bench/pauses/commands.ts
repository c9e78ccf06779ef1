// How long others wait behind one large command: a thread sends PING every millisecond while a single command works on
// collections of 1,000,000 elements, or on a string of 256 MB. Beside it the same of redis-server. Replies are read and
// thrown away unparsed. With a pattern only the commands whose names match it.
//   npm run bench:large-commands -- [pattern] [elements]
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { BenchClient, encode, encodeBytes } from '../rig/client.ts';
import { delay } from '../rig/figures.ts';
import { type ServerProcess, startFerrite, startRedis } from '../rig/servers.ts';

const pattern = new RegExp(process.argv[2] ?? '.', 'i');
const elements = Number(process.argv[3] ?? 1_000_000);
const stringBytes = 256 * 1024 * 1024;
const marker = 'the-end-of-it';

/** What keys hold, by the first letter of their names. */
const fills: Record<string, (n: number) => string[]> = {
  s: (n) => [`member:${n}`],
  h: (n) => [`field:${n}`, `value:${n}`],
  e: (n) => [`field:${n}`, `value:${n}`],
  z: (n) => [String((n * 7919) % elements), `member:${n}`],
  g: (n) => [String((n % 1000) / 100), String((n % 997) / 100), `place:${n}`],
  l: (n) => [`element:${n}`],
  x: (n) => [String(n)],
};
const verbs: Record<string, string> = {
  s: 'sadd',
  h: 'hset',
  e: 'hset',
  z: 'zadd',
  g: 'geoadd',
  l: 'rpush',
  x: 'xadd',
};
const perCommand = 100;

/** Fills a key, from the element `from` on. */
async function fillKey(client: BenchClient, key: string, from = 0): Promise<void> {
  const kind = key[0]!;
  const at = fills[kind]!;
  for (let n = from; n < from + elements; ) {
    let bytes = '';
    let replies = 0;
    for (let i = 0; i < 50 && n < from + elements; i++) {
      if (kind === 'x') bytes += encode('xadd', key, '*', 'f', `value:${n++}`);
      else {
        const words = [];
        for (let k = 0; k < perCommand && n < from + elements; k++) words.push(...at(n++));
        bytes += encode(verbs[kind]!, key, ...words);
      }
      replies += 1;
    }
    await client.send(bytes, replies);
  }
}

type Prepare = (client: BenchClient) => Promise<unknown>;
/** What is sent, or what asks the server for it first. */
type Words = readonly string[] | ((port: number) => Promise<readonly (string | Buffer)[]>);
type Case = readonly [name: string, keys: readonly string[], words: Words, prepare?: Prepare];

/** The first 100,000 names of elements. */
function named(kind: string): string[] {
  return Array.from({ length: 100_000 }, (_, n) => `${kind}:${n}`);
}

const half = String(elements / 2);
const sketches = Array.from({ length: 1000 }, (_, i) => `p${i}`);
const readGroup = ['xreadgroup', 'group', 'h', 'c', 'count', '100000', 'streams', 'x1', '>'];
const cases: readonly Case[] = [
  ['SUNIONSTORE', ['s1', 's2'], ['sunionstore', 'sd', 's1', 's2']],
  ['SUNIONSTORE over it', ['s1', 's2'], ['sunionstore', 'sd', 's1', 's2']],
  ['SINTERSTORE', ['s1', 's2'], ['sinterstore', 'sd', 's1', 's2']],
  ['SDIFFSTORE', ['s1', 's2'], ['sdiffstore', 'sd', 's1', 's2']],
  ['ZUNIONSTORE', ['z1'], ['zunionstore', 'zd', '1', 'z1']],
  ['ZRANGESTORE', ['z1'], ['zrangestore', 'zd', 'z1', '0', '-1']],
  [
    'GEOSEARCHSTORE',
    ['g1'],
    ['geosearchstore', 'gd', 'g1', 'fromlonlat', '5', '5', 'byradius', '9000', 'km'],
  ],
  ['COPY set', ['s1'], ['copy', 's1', 'sd', 'replace']],
  ['COPY hash', ['h1'], ['copy', 'h1', 'hd', 'replace']],
  ['COPY hash with deadlines', ['e1'], ['copy', 'e1', 'ed', 'replace'], expireOne],
  ['COPY zset', ['z1'], ['copy', 'z1', 'zd', 'replace']],
  ['COPY list', ['l1'], ['copy', 'l1', 'ld', 'replace']],
  ['COPY stream', ['x1'], ['copy', 'x1', 'xd', 'replace']],
  ['COPY stream with half pending', ['x1'], ['copy', 'x1', 'xd', 'replace'], deliverHalf],
  ['RENAME set', ['s1'], ['rename', 'sd', 'se'], (c) => c.command('copy', 's1', 'sd', 'replace')],
  ['RENAME list', ['l1'], ['rename', 'ld', 'le'], (c) => c.command('copy', 'l1', 'ld', 'replace')],
  ['RENAME stream', ['x1'], ['rename', 'xd', 'xe'], (c) => c.command('copy', 'x1', 'xd', 'replace')],
  ['DUMP set', ['s1'], ['dump', 's1']],
  ['DUMP hash', ['h1'], ['dump', 'h1']],
  ['DUMP zset', ['z1'], ['dump', 'z1']],
  ['DUMP list', ['l1'], ['dump', 'l1']],
  ['DUMP stream', ['x1'], ['dump', 'x1']],
  ['RESTORE set', ['s1'], restored('s1')],
  ['RESTORE hash', ['h1'], restored('h1')],
  ['RESTORE hash with deadlines', ['e1'], restored('e1'), expireOne],
  ['RESTORE zset', ['z1'], restored('z1')],
  ['RESTORE list', ['l1'], restored('l1')],
  ['RESTORE stream', ['x1'], restored('x1')],
  ['SORT list STORE', ['l1'], ['sort', 'l1', 'alpha', 'store', 'ld']],
  ['SORT list', ['l1'], ['sort', 'l1', 'alpha']],
  ['HRANDFIELD with deadlines', ['e1'], ['hrandfield', 'e1', '3'], expireOne],
  ['SMEMBERS', ['s1'], ['smembers', 's1']],
  ['HGETALL', ['h1'], ['hgetall', 'h1']],
  ['LRANGE 0 -1', ['l1'], ['lrange', 'l1', '0', '-1']],
  ['ZRANGE 0 -1', ['z1'], ['zrange', 'z1', '0', '-1', 'withscores']],
  ['XRANGE - +', ['x1'], ['xrange', 'x1', '-', '+']],
  ['SDIFF', ['s1', 's2'], ['sdiff', 's1', 's2']],
  ['SINTERCARD', ['s1', 's2'], ['sintercard', '2', 's1', 's2']],
  ['LREM none', ['l1'], ['lrem', 'l1', '0', 'nothing']],
  ['LINSERT at the end', ['l1'], ['linsert', 'l1', 'before', `element:${elements - 1}`, 'x']],
  ['LPOS none', ['l1'], ['lpos', 'l1', 'nothing']],
  ['LINDEX middle', ['l1'], ['lindex', 'l1', half]],
  ['LREM each second', ['l1'], ['lrem', 'ld', '0', 'x'], manySame],
  ['LTRIM all', ['l1'], ['ltrim', 'ld', '1', '0'], (c) => c.command('copy', 'l1', 'ld', 'replace')],
  ['LPOP half', ['l1'], ['lpop', 'ld', half], (c) => c.command('copy', 'l1', 'ld', 'replace')],
  ['SPOP half', ['s1'], ['spop', 'sd', half], (c) => c.command('copy', 's1', 'sd', 'replace')],
  [
    'LMPOP half',
    ['l1'],
    ['lmpop', '1', 'ld', 'left', 'count', half],
    (c) => c.command('copy', 'l1', 'ld', 'replace'),
  ],
  [
    'ZMPOP half',
    ['z1'],
    ['zmpop', '1', 'zd', 'min', 'count', half],
    (c) => c.command('copy', 'z1', 'zd', 'replace'),
  ],
  ['ZPOPMIN half', ['z1'], ['zpopmin', 'zd', half], (c) => c.command('copy', 'z1', 'zd', 'replace')],
  [
    'ZREMRANGEBYRANK',
    ['z1'],
    ['zremrangebyrank', 'zd', '1', '-2'],
    (c) => c.command('copy', 'z1', 'zd', 'replace'),
  ],
  [
    'ZREMRANGEBYSCORE',
    ['z1'],
    ['zremrangebyscore', 'zd', '5', '+inf'],
    (c) => c.command('copy', 'z1', 'zd', 'replace'),
  ],
  ['XTRIM half', ['x1'], ['xtrim', 'xd', 'maxlen', half], (c) => c.command('copy', 'x1', 'xd', 'replace')],
  [
    'XTRIM ~ half',
    ['x1'],
    ['xtrim', 'xd', 'maxlen', '~', half],
    (c) => c.command('copy', 'x1', 'xd', 'replace'),
  ],
  ['XDEL of 100,000', [], ['xdel', 'xi', ...Array.from({ length: 100_000 }, (_, n) => `${n + 1}-1`)], addIds],
  [
    'SREM of 100,000',
    ['s1'],
    ['srem', 'sd', ...named('member')],
    (c) => c.command('copy', 's1', 'sd', 'replace'),
  ],
  [
    'HDEL of 100,000',
    ['h1'],
    ['hdel', 'hd', ...named('field')],
    (c) => c.command('copy', 'h1', 'hd', 'replace'),
  ],
  [
    'ZREM of 100,000',
    ['z1'],
    ['zrem', 'zd', ...named('member')],
    (c) => c.command('copy', 'z1', 'zd', 'replace'),
  ],
  ['DEL set', ['s1'], ['del', 'sd'], (c) => c.command('copy', 's1', 'sd', 'replace')],
  ['UNLINK zset', ['z1'], ['unlink', 'zd'], (c) => c.command('copy', 'z1', 'zd', 'replace')],
  ['OBJECT ENCODING', ['h1'], ['object', 'encoding', 'h1']],
  ['MEMORY USAGE SAMPLES 0', ['h1'], ['memory', 'usage', 'h1', 'samples', '0']],
  [
    'MSET of 50,000',
    [],
    [
      'mset',
      ...named('new')
        .slice(0, 50_000)
        .flatMap((name) => [name, 'value']),
    ],
  ],
  ['MGET of 100,000', [], ['mget', ...named('new')]],
  ['TOUCH of 100,000', [], ['touch', ...named('new')]],
  ['DEL of 100,000', [], ['del', ...named('new')]],
  ['SADD of 100,000', [], ['sadd', 'added', ...named('member')]],
  ['RPUSH of 100,000', [], ['rpush', 'pushed', ...named('element')]],
  ['BITCOUNT', ['b'], ['bitcount', 'b']],
  ['BITPOS none', ['b'], ['bitpos', 'b', '1']],
  ['BITOP NOT', ['b'], ['bitop', 'not', 'bd', 'b']],
  ['BITOP AND', ['b'], ['bitop', 'and', 'bd', 'b', 'b']],
  ['COPY string', ['b'], ['copy', 'b', 'bc', 'replace']],
  ['GETRANGE all', ['b'], ['getrange', 'b', '0', '-1']],
  ['SETRANGE grows', [], ['setrange', 'new', String(stringBytes - 1), 'x']],
  [
    'SETBIT grows',
    [],
    ['setbit', 'small', String(stringBytes * 8 - 1), '1'],
    (c) => c.command('set', 'small', 'x'),
  ],
  ['APPEND to it', ['b'], ['append', 'b', 'x']],
  ['KEYS', ['keys'], ['keys', 'key:*9']],
  ['INFO', ['keys'], ['info', 'all']],
  ['CLIENT LIST of 4000', ['clients'], ['client', 'list']],
  ['PFADD of 100,000', [], ['pfadd', 'pn', ...named('element')]],
  ['PFMERGE of 1000', ['hll'], ['pfmerge', 'pd', ...sketches]],
  ['PFCOUNT of 1000', ['hll'], ['pfcount', ...sketches]],
  ['XREADGROUP of 100,000', ['x1'], readGroup, (c) => c.command('xgroup', 'create', 'x1', 'h', '0')],
  ['XPENDING of 100,000', ['x1'], ['xpending', 'x1', 'h', '-', '+', '100000']],
  ['XAUTOCLAIM of 100,000', ['x1'], ['xautoclaim', 'x1', 'h', 'd', '0', '0', 'count', '100000']],
];

/** RESTORE of what a key holds over another one. */
function restored(key: string): Words {
  return async (port) => ['restore', `${key}r`, '0', await dumped(port, key), 'replace'];
}

/** What DUMP of a key replies. */
async function dumped(port: number, key: string): Promise<Buffer> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  socket.write(encode('dump', key));
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of socket) {
    chunks.push(chunk);
    bytes += chunk.length;
    const head = chunks[0]!.indexOf('\r\n') + 2;
    const length = Number(chunks[0]!.toString('latin1', 1, head - 2));
    if (bytes >= head + length + 2) return Buffer.concat(chunks).subarray(head, head + length);
  }
  throw new Error('the server closed the connection');
}

/** A field of `e1` has a deadline, where the server knows such. */
async function expireOne(client: BenchClient): Promise<void> {
  await client.command('hpexpire', 'e1', '100000000', 'fields', '1', 'field:5').catch(() => {});
}

async function manySame(client: BenchClient): Promise<void> {
  await client.command('del', 'ld');
  const one = encode(
    'rpush',
    'ld',
    ...Array.from({ length: perCommand }, (_, i) => (i % 2 === 0 ? 'x' : 'y')),
  );
  for (let n = 0; n < elements; n += perCommand * 100) await client.send(one.repeat(100), 100);
}

/** Half of `x1` is pending in a group. */
async function deliverHalf(client: BenchClient): Promise<void> {
  const step = 5000;
  await client.command('xgroup', 'create', 'x1', 'g', '0').catch(() => {});
  for (let n = 0; n < elements / 2; n += step) {
    await client.command('xreadgroup', 'group', 'g', 'c', 'count', String(step), 'streams', 'x1', '>');
  }
}

/** A stream of ids that are known. */
async function addIds(client: BenchClient): Promise<void> {
  await client.command('del', 'xi');
  for (let n = 1; n <= 200_000; ) {
    let bytes = '';
    for (let i = 0; i < 100; i++, n++) bytes += encode('xadd', 'xi', `${n}-1`, 'f', `value:${n}`);
    await client.send(bytes, 100);
  }
}

const idle: Socket[] = [];

const others: Record<string, (client: BenchClient, server: ServerProcess) => Promise<void>> = {
  b: async (client) => {
    await client.command('setrange', 'b', String(stringBytes - 1), '\0');
  },
  keys: async (client) => {
    for (let n = 0; n < elements; n += 1000) {
      let bytes = '';
      for (let i = n; i < n + 1000; i++) bytes += encode('set', `key:${i}`, 'x');
      await client.send(bytes, 1000);
    }
  },
  hll: async (client) => {
    for (let i = 0; i < 1000; i++) {
      await client.command('pfadd', `p${i}`, ...Array.from({ length: 2000 }, (_, k) => `${i}:${k}`));
    }
  },
  clients: async (_, server) => {
    for (let i = 0; i < 4000; i++) {
      const socket = createConnection(server.port, '127.0.0.1');
      idle.push(socket);
      await once(socket, 'connect');
    }
  },
};

/** Sends a command and reads what comes unparsed until all of it is there. Returns the time in ms, or the error. */
async function run(port: number, words: readonly (string | Buffer)[]): Promise<number | string> {
  const socket = createConnection({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const startedMs = performance.now();
  socket.write(Buffer.concat([encodeBytes(...words), encodeBytes('echo', marker)]));
  const end = Buffer.from(`${marker}\r\n`);
  let first: string | undefined;
  let tail = Buffer.alloc(0);
  for await (const chunk of socket) {
    first ??= chunk.toString('latin1', 0, 60);
    tail = Buffer.concat([tail, chunk.subarray(-end.length)]).subarray(-end.length);
    if (tail.equals(end)) break;
  }
  socket.destroy();
  return first?.startsWith('-') ? first : performance.now() - startedMs;
}

async function measure(server: ServerProcess, words: readonly (string | Buffer)[]): Promise<string> {
  const pinger = new Worker(new URL('pinger.js', import.meta.url), { workerData: server.port });
  await once(pinger, 'message');
  await delay(50);
  const took = await run(server.port, words);
  await delay(300);
  pinger.postMessage('enough');
  const [waitsMs]: number[][] = await once(pinger, 'message');
  const longestMs = Math.max(...waitsMs!);
  return typeof took === 'string'
    ? 'not there'
    : `${longestMs.toFixed(0).padStart(5)} of ${took.toFixed(0).padStart(5)}`;
}

const chosen = cases.filter(([name]) => pattern.test(name));
const needed = new Set(chosen.flatMap(([, keys]) => keys));
const rows = new Map<string, string[]>();

async function round(server: ServerProcess): Promise<void> {
  const client = await BenchClient.connect(server.port);
  for (const key of needed) {
    if (others[key] !== undefined) await others[key](client, server);
    else await fillKey(client, key, key.endsWith('2') ? elements / 2 : 0);
  }
  for (const [name, , words, prepare] of chosen) {
    await prepare?.(client);
    const sent = typeof words === 'function' ? await words(server.port) : words;
    await delay(prepare === undefined ? 100 : 500);
    rows.set(name, [...(rows.get(name) ?? []), await measure(server, sent)]);
  }
  for (const socket of idle.splice(0)) socket.destroy();
  client.close();
  await server.stop();
}

// No snapshot comes in between, as Redis rewrites nothing.
const settings = [
  'edge.resources.memory_limit=2000mb',
  'store.max_value_size=512mb',
  'persistence.snapshot_size=1000gb',
];
await round(await startFerrite({ settings }));
await round(await startRedis(['--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0']));
console.log(`longest wait for PING, ms, of what the command took; ${elements} elements`);
for (const [name, [ours, theirs]] of rows) {
  console.log(`${name.padEnd(26)} ferrite ${ours}   redis ${theirs}`);
}
