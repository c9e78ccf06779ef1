// Scripts of several clients, run on redis-server and on a rig, compared byte for byte. A line is `name> command
// words`; `name< ` waits for what is pushed to that client. Clients come to be with their first line; what they say
// before is their protocol: `b3` speaks RESP3.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig, type RigClient } from './command-rig.ts';
import { parseReply } from './parse-reply.ts';
import { type OracleClient, RedisOracle, redisMissing } from './redis-oracle.ts';

interface Pair {
  readonly ours: RigClient;
  readonly theirs: OracleClient;
}

function wordsOf(line: string): string[] {
  return line.split(' ').map((word) => (word === '""' ? '' : word));
}

/** One test for each script, under its name; `same` makes alike what may differ. */
export function testScripts(
  scripts: Readonly<Record<string, string>>,
  same: (text: string) => string = (text) => text,
): void {
  for (const [name, script] of Object.entries(scripts)) {
    test(name, { skip: redisMissing }, async () => {
      const redis = await RedisOracle.start();
      try {
        await compareScript(redis, script, same);
      } finally {
        await redis.stop();
      }
    });
  }
}

/** Runs the script on both and compares every reply and every push. */
async function compareScript(
  redis: RedisOracle,
  script: string,
  same: (text: string) => string,
): Promise<void> {
  const rig = new Rig({});
  rig.advance(Date.now() - rig.nowMs);
  const pairs = new Map<string, Pair>();
  await redis.run([['flushall'], ['config', 'set', 'notify-keyspace-events', '']]);
  for (const line of script.split('\n').map((text) => text.trim())) {
    const match = /^(\w+)([<>]) ?(.*)$/.exec(line);
    if (match === null) continue;
    const [, name = '', way, text = ''] = match;
    const pair = pairs.get(name) ?? (await pairOf(rig, redis, name));
    pairs.set(name, pair);
    if (way === '>') await compareCommand(redis, pair, wordsOf(text), line, same);
    else await comparePushes(rig, pair, line, same);
  }
  for (const { theirs } of pairs.values()) theirs.socket.destroy();
}

async function pairOf(rig: Rig, redis: RedisOracle, name: string): Promise<Pair> {
  const pair = { ours: rig.connect(), theirs: redis.connect() };
  if (!name.endsWith('3')) return pair;
  pair.ours.send('hello', '3');
  await pair.theirs.run([['hello', '3']]);
  return pair;
}

async function compareCommand(
  redis: RedisOracle,
  { ours, theirs }: Pair,
  words: string[],
  line: string,
  same: (text: string) => string,
): Promise<void> {
  const mine = ours.send(...words);
  if (mine === '') {
    // It waits, or is never answered; the other clients' next words must come after it.
    await theirs.write([words]);
    await redis.settle();
    return;
  }
  // Pushes may come before the reply, and wait for their own line; but the replies of SUBSCRIBE are pushes themselves.
  // One request may have several replies: those come one a channel.
  void theirs.write([words]);
  const isReply = mine.startsWith('>') ? () => true : (message: Buffer) => !isPush(message);
  const replies = await theirs.take(countReplies(mine), isReply);
  assert.equal(same(mine), same(Buffer.concat(replies).toString('utf8')), line);
}

function isPush(message: Buffer): boolean {
  return message[0] === 0x3e;
}

function countReplies(text: string): number {
  const bytes = Buffer.from(text);
  let count = 0;
  for (let at = 0; at < bytes.length; count++) {
    const parsed = parseReply(bytes, at);
    assert.ok(parsed !== undefined, `not replies: ${text}`);
    at = parsed.end;
  }
  return Math.max(1, count);
}

async function comparePushes(
  rig: Rig,
  { ours, theirs }: Pair,
  line: string,
  same: (text: string) => string,
): Promise<void> {
  rig.timers.endTurn();
  const mine = ours.pushed() + ours.lateNow();
  assert.notEqual(mine, '', `${line}: nothing came`);
  const replies = await theirs.take(countReplies(mine));
  assert.equal(same(mine), same(Buffer.concat(replies).toString('utf8')), line);
}
