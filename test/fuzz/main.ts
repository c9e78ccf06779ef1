// `npm run fuzz -- --seconds N --seed S [--only NAME,...] [--slices]`: random streams of commands, made from the
// commands' own metadata, against this server and redis-server side by side. What is answered differently and is not
// known to be is printed once for each kind, as short as it can be made, and the exit code is 1.
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { silentLog } from '../../src/base/log.ts';
import { commandList } from '../../src/commands/list.generated.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { EdgeNode } from '../../src/node.ts';
import { tinySlices } from '../commands/in-slices.ts';
import { parseReply } from '../commands/parse-reply.ts';
import { OracleClient, RedisOracle, redisMissing } from '../commands/redis-oracle.ts';
import { shown } from './compare.ts';
import { type Difference, Duel, type Side } from './duel.ts';
import { Ears } from './ears.ts';
import { makeRequest, type Request, type Target, targetsOf } from './grammar.ts';
import { Random, seedFrom } from './random.ts';
import { allKeys, offerPayloads } from './values.ts';

const groups = new Set<string>([
  'string',
  'bitmap',
  'hyperloglog',
  'generic',
  'hash',
  'list',
  'set',
  'sorted-set',
  'geo',
  'stream',
  'transactions',
]);
/** They ask of time, memory or disk, wait for something else, or make payloads of their own. */
const left = new Set('wait waitaof object dump migrate'.split(' '));
const requestsPerRun = 60;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string' },
    only: { type: 'string' },
    slices: { type: 'boolean', default: false },
  },
});

/** Shows all that is in a key, whatever its type. */
const views: readonly ((key: string) => Request)[] = [
  (key) => ['type', key],
  (key) => ['ttl', key],
  (key) => ['get', key],
  (key) => ['hgetall', key],
  (key) => ['lrange', key, '0', '-1'],
  (key) => ['smembers', key],
  (key) => ['zrange', key, '0', '-1', 'WITHSCORES'],
  (key) => ['xrange', key, '-', '+'],
];

async function knownToBoth(client: OracleClient): Promise<Target[]> {
  const only = values.only?.split(',');
  const specs = commandList.filter(({ name, group }) =>
    only === undefined ? groups.has(group) && !left.has(name) : only.includes(name),
  );
  const [reply] = await client.run([['COMMAND', 'INFO', ...specs.map(({ name }) => name)]]);
  const infos = parseReply(reply!, 0)?.value;
  return targetsOf(specs.filter((_, i) => Array.isArray(infos) && infos[i] !== null));
}

/** Payloads of every type, and one that is cut. */
async function payloadsOf(client: OracleClient): Promise<string[]> {
  const many = Array.from({ length: 600 }, (_, i) => `m${i}`);
  const makers: Request[] = [
    ['set', 'p1', 'text'],
    ['set', 'p2', '123456'],
    ['set', 'p3', 'x'.repeat(100)],
    ['rpush', 'p4', 'a', 'b', '1'],
    ['rpush', 'p5', ...many],
    ['sadd', 'p6', '1', '2', '3'],
    ['sadd', 'p7', 'a', 'b'],
    ['sadd', 'p8', ...many],
    ['hset', 'p9', 'f1', 'v', 'f2', '2'],
    ['hset', 'p10', ...many, ...many],
    ['zadd', 'p11', '1', 'a', '2.5', 'b', '-inf', 'c'],
    ['zadd', 'p12', ...many.flatMap((member, i) => [String(i / 7), member])],
    ['xadd', 'p13', '1-1', 'f', 'v'],
    ['xgroup', 'create', 'p13', 'g1', '0'],
    ['xreadgroup', 'GROUP', 'g1', 'c1', 'STREAMS', 'p13', '>'],
    ['pfadd', 'p14', ...many],
    ['geoadd', 'p15', '13.361389', '38.115556', 'a'],
  ];
  await client.run(makers);
  const keys = Array.from({ length: 15 }, (_, i) => `p${i + 1}`);
  const replies = await client.run(keys.map((key) => ['dump', key]));
  const payloads = replies.map((reply) => reply.subarray(reply.indexOf('\r\n') + 2, -2).toString('latin1'));
  return [...payloads, payloads[0]!.slice(0, -1), ''];
}

/** Differences of one kind look alike but for numbers and names. */
function kindOf({ requests, ours, theirs }: Difference): string {
  const plain = (reply: Buffer): string => shown(reply).replace(/\d+/g, 'N').slice(0, 60);
  return `${requests.at(-1)?.[0]?.toLowerCase()} ${plain(ours)} ${plain(theirs)}`;
}

function print(found: Difference, protocol: number): void {
  console.log(`\ndifference in RESP${protocol}:`);
  for (const request of found.requests)
    console.log(`  ${request.map((arg) => JSON.stringify(arg)).join(' ')}`);
  console.log(`    ours:   ${shown(found.ours)}\n    theirs: ${shown(found.theirs)}`);
}

/** A node without a disk and without peers; with --slices what has eight elements is large. */
function configured(): ConstructorParameters<typeof EdgeNode>[0] {
  const given = {
    'server.port': '0',
    'edge.resources.memory_limit': '256mb',
    'edge.enabled': 'false',
    'persistence.enabled': 'false',
  };
  const settings = Object.entries(given).map(([key, text]) => ({ key, given: { text }, where: 'fuzz' }));
  const { config } = loadConfig({ settings, machineMemoryBytes: 2 ** 30, env: {} });
  const sizes = values.slices ? { sliceSizes: tinySlices } : {};
  return { config, configFile: '', log: silentLog, listenTcp: true, ...sizes };
}

const seed = seedFrom(values.seed);

async function main(): Promise<void> {
  if (redisMissing !== false) throw new Error(redisMissing);
  const random = new Random(seed);
  const node = new EdgeNode(configured());
  await node.open();
  const redis = await RedisOracle.start();
  const ours = new OracleClient(connect(node.port, '127.0.0.1'));
  const theirs = redis.connect();
  const sides = [ours, theirs].map(
    (client, i): Side => ({
      client,
      ears: new Ears(i === 0 ? new OracleClient(connect(node.port, '127.0.0.1')) : redis.connect()),
    }),
  );
  offerPayloads(await payloadsOf(theirs));
  for (const { ears } of sides) await ears.open();
  const targets = await knownToBoth(theirs);
  const kinds = new Map<string, number>();
  const untilMs = performance.now() + Number(values.seconds) * 1000;
  let requestsDone = 0;
  console.log(`seed ${seed}, ${targets.length} commands`);
  const names = new Set(commandList.map(({ name }) => name));
  const lookAtAll = [['discard'], ...allKeys.flatMap((key) => views.map((view) => view(key)))].filter(
    ([name = '']) => names.has(name),
  );
  for (let run = 0; performance.now() < untilMs; run++) {
    const duel = new Duel(sides[0]!, sides[1]!, {
      protocol: run % 2 === 0 ? 2 : 3,
      watched: run % 4 === 1 ? allKeys : undefined,
      exchanged: run % 4 === 2 ? allKeys : undefined,
    });
    const some = Array.from({ length: 8 }, () => random.pick(targets));
    const requests: Request[] = Array.from({ length: requestsPerRun }, () =>
      makeRequest(random, random.chance(0.6) ? random.pick(some) : random.pick(targets)),
    );
    requestsDone += requests.length;
    const found = await duel.run([...requests, ...lookAtAll]);
    if (found === undefined) continue;
    const kind = kindOf(found);
    const times = kinds.get(kind) ?? 0;
    kinds.set(kind, times + 1);
    if (times === 0) print(await duel.shrink(found), duel.manner.protocol);
  }
  console.log(`\nseed ${seed}: ${requestsDone} requests, ${kinds.size} kinds of difference`);
  for (const [kind, times] of kinds) console.log(`  ${times} times: ${kind}`);
  ours.socket.destroy();
  await redis.stop();
  await node.close();
  if (kinds.size > 0) process.exitCode = 1;
}

await main().catch((error: unknown) => {
  console.log(error);
  console.log(`seed ${seed} FAILED: ${String(error)}`);
  process.exit(1);
});
