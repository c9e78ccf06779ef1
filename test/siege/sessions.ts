// Clients that behave badly with commands that are right: any command of the table with arguments of its kind, inside
// of MULTI and out of it, while subscribed, watching or waiting, cut off in the middle, half closed, or gone.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { commandList } from '../../src/commands/list.generated.ts';
import { encodeCommand } from '../commands/redis-oracle.ts';
import { makeRequest, type Request, type Target, targetsOf } from '../fuzz/grammar.ts';
import type { Random } from '../fuzz/random.ts';

/** They end the node, make it wait by design, or keep others out. */
const left = new Set(
  'shutdown debug client|pause acl|setuser acl|deluser acl|load config|set config|rewrite edge|config'.split(
    ' ',
  ),
);
const requestsMax = 40;
const stayMs = 20;
const wordsShown = 12;
const charsShown = 40;

/** What puts a client into another state than that in which commands are tried one by one. */
const moods: readonly Request[] = [
  ['MULTI'],
  ['MULTI'],
  ['EXEC'],
  ['EXEC'],
  ['DISCARD'],
  ['WATCH', 's1', 'h1'],
  ['HELLO', '3'],
  ['HELLO', '2'],
  ['SUBSCRIBE', 'a', 'b'],
  ['UNSUBSCRIBE'],
  ['MONITOR'],
  ['RESET'],
  ['CLIENT', 'TRACKING', 'ON', 'BCAST'],
  ['CLIENT', 'TRACKING', 'ON'],
  ['CLIENT', 'REPLY', 'SKIP'],
  ['CLIENT', 'REPLY', 'ON'],
  ['CLIENT', 'PAUSE', '5', 'WRITE'],
  ['SELECT', '1'],
  ['SELECT', '0'],
  ['EDGE.SYNC'],
  ['EDGE.SYNC', 'ASYNC'],
  ['BLPOP', 'l1', 'l2', '0'],
  ['QUIT'],
];

/** Enough elements that what is done with them goes in slices. */
const elementsMany = 20_000;
const fillings: Readonly<Record<string, (n: number) => string[]>> = {
  'RPUSH l1': (n) => [`element ${n}`],
  'SADD t1': (n) => [`member ${n}`],
  'ZADD z1': (n) => [String(n % 1000), `member ${n}`],
  'HSET h1': (n) => [`field ${n}`, `value ${n}`],
};

function filling(random: Random): Request {
  const [words, add] = random.pick(Object.entries(fillings));
  return [...words.split(' '), ...Array.from({ length: elementsMany }, (_, n) => add(n)).flat()];
}

/** What clients ask for: the commands of these names, or all of the table, but for what is left out. */
export function wanted(names: readonly string[] | undefined): readonly Target[] {
  return targetsOf(commandList).filter(({ words: [name = '', ...rest] }) => {
    if (left.has(name) || left.has([name, ...rest].join('|'))) return false;
    return names === undefined || names.includes(name);
  });
}

/** One client from its first to its last byte; what it asks for is added to `said`. */
export async function session(
  random: Random,
  port: number,
  targets: readonly Target[],
  said: string[],
): Promise<void> {
  const some = Array.from({ length: 6 }, () => random.pick(targets));
  const requests = Array.from({ length: 1 + random.below(requestsMax) }, () =>
    request(random, random.chance(0.6) ? some : targets),
  );
  said.push(requests.map(shown).join('\n'));
  const bytes = Buffer.concat(requests.map(encodeCommand));
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  if (random.chance(0.1)) socket.pause();
  else socket.resume();
  await Promise.race([once(socket, 'connect').catch(() => {}), delay(1000)]);
  const cut = random.chance(0.3) ? random.below(bytes.length) : bytes.length;
  socket.write(bytes.subarray(0, cut));
  if (random.chance(0.5)) await delay(random.below(stayMs));
  if (random.chance(0.8)) socket.write(bytes.subarray(cut));
  if (random.chance(0.4)) socket.end();
  await delay(random.below(stayMs));
  if (random.chance(0.7)) socket.destroy();
  else socket.resetAndDestroy();
}

function shown(words: Request): string {
  const few = words.slice(0, wordsShown).map((word) => JSON.stringify(word.slice(0, charsShown)));
  return words.length > wordsShown ? `${few.join(' ')} and ${words.length - wordsShown} more` : few.join(' ');
}

function request(random: Random, targets: readonly Target[]): Request {
  if (random.chance(0.005)) return filling(random);
  return random.chance(0.15) ? random.pick(moods) : makeRequest(random, random.pick(targets));
}
