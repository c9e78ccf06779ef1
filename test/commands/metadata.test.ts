// The metadata of string and key commands against redis-server's own COMMAND: arity, flags, keys, group and version.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aclCategories } from '../../src/commands/acl-categories.ts';
import type { CommandSpec } from '../../src/commands/command.ts';
import { keySpecsOf } from '../../src/commands/keys-of.ts';
import { commandList } from '../../src/commands/list.generated.ts';
import { parseReply, type Reply } from './parse-reply.ts';
import { RedisOracle, redisMissing } from './redis-oracle.ts';

/** redis-server 7.0 does not know them. */
const later = new Set(['waitaof']);
const inServerGroup = new Set(['dbsize', 'flushdb', 'flushall', 'swapdb']);
const groups = new Set<string>([
  'string',
  'list',
  'stream',
  'bitmap',
  'hyperloglog',
  'generic',
  'transactions',
  'pubsub',
]);
/** Containers of subcommands are described by those. */
const specs = commandList.filter(
  (c) => (groups.has(c.group) && !later.has(c.name)) || inServerGroup.has(c.name),
);

function infoOf(spec: CommandSpec): unknown[] {
  const { first, last, step } = spec.keys ?? { first: 0, last: 0, step: 0 };
  return [spec.name, spec.arity, [...spec.flags].sort(), first, last, step];
}

function keyFlagsOf(spec: CommandSpec): string[] {
  return keySpecsOf(spec).map(({ flags }) => flags.join(' '));
}

/** The flags of each key specification of COMMAND INFO. */
function keyFlagsIn(keySpecs: Reply): string[] {
  return listOf(keySpecs).map((spec) => {
    const fields = listOf(spec);
    return listOf(fields[fields.indexOf('flags') + 1]!).join(' ');
  });
}

function listOf(reply: Reply): readonly Reply[] {
  assert.ok(Array.isArray(reply));
  return reply;
}

/** WAIT blocks since 7.2. */
const otherCategories = new Set(['wait']);

test('subcommands have the flags and categories that redis-server gives them', {
  skip: redisMissing,
}, async () => {
  const redis = await RedisOracle.start();
  try {
    const names = commandList.flatMap(
      ({ name, subcommands }) => subcommands?.map((sub) => `${name}|${sub.name}`) ?? [],
    );
    const [reply] = await redis.run([['COMMAND', 'INFO', ...names]]);
    const infos = listOf(parseReply(reply!, 0)!.value);
    const known = new Map(
      names.map((name, i) => [name, infos[i]!] as const).filter(([, info]) => Array.isArray(info)),
    );
    assert.ok(known.size > 60);
    for (const { name, subcommands } of commandList) {
      for (const sub of subcommands ?? []) {
        const info = known.get(`${name}|${sub.name}`);
        if (info === undefined) continue;
        const [fullName, , flags, , , , categories] = listOf(info);
        assert.deepEqual([fullName, [...sub.flags].sort()], [fullName, [...listOf(flags!)].sort()]);
        const ours = aclCategories(sub).map((category) => `@${category}`);
        assert.deepEqual([fullName, ours.sort()], [fullName, [...listOf(categories!)].sort()]);
      }
    }
  } finally {
    await redis.stop();
  }
});

test('commands have the categories that redis-server gives them', { skip: redisMissing }, async () => {
  const redis = await RedisOracle.start();
  try {
    const alone = commandList.filter(({ subcommands }) => subcommands === undefined);
    const [reply] = await redis.run([['COMMAND', 'INFO', ...alone.map(({ name }) => name)]]);
    const infos = listOf(parseReply(reply!, 0)!.value);
    alone.forEach((spec, i) => {
      const info = infos[i]!;
      if (!Array.isArray(info) || otherCategories.has(spec.name)) return;
      const ours = aclCategories(spec).map((category) => `@${category}`);
      assert.deepEqual([spec.name, ours.sort()], [spec.name, [...listOf(info[6]!)].sort()]);
    });
  } finally {
    await redis.stop();
  }
});

test('COMMAND INFO and COMMAND DOCS of redis-server say the same', { skip: redisMissing }, async () => {
  const redis = await RedisOracle.start();
  try {
    const names = specs.map((spec) => spec.name);
    const [info, docs] = await redis.run([
      ['COMMAND', 'INFO', ...names],
      ['COMMAND', 'DOCS', ...names],
    ]);
    const infos = listOf(parseReply(info!, 0)!.value);
    const described = listOf(parseReply(docs!, 0)!.value);
    specs.forEach((spec, i) => {
      const [name, arity, flags, first, last, step] = listOf(infos[i]!);
      assert.deepEqual(infoOf(spec), [name, arity, [...listOf(flags!)].sort(), first, last, step]);
      assert.deepEqual(keyFlagsOf(spec), keyFlagsIn(listOf(infos[i]!)[8]!), spec.name);
      const doc = listOf(described[described.indexOf(spec.name) + 1]!);
      const told = (field: string): Reply | undefined => doc[doc.indexOf(field) + 1];
      assert.deepEqual([spec.name, spec.group, spec.since], [spec.name, told('group'), told('since')]);
      assert.notEqual(spec.summary, told('summary'), `${spec.name}: the summary is in our own words`);
    });
  } finally {
    await redis.stop();
  }
});
