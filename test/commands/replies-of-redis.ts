// Random streams of commands, given to redis-server and to a node of ours in both protocols, with all replies compared.
// What the streams are made of, and where replies may differ, is the tests' own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CommandNode } from './harness.ts';
import { RedisOracle, redisMissing } from './redis-oracle.ts';

export type Command = readonly string[];

export interface Comparison {
  readonly numRuns: number;
  /** Given to both before each stream. */
  readonly first?: readonly Command[];
  /** Fails where a reply of ours is not what it should be; by default they are alike byte for byte. */
  readonly compare?: (command: Command, ours: Buffer, theirs: Buffer) => void;
}

/** A command of a name and its words, each word or row of words one of those that are given. */
export function make(
  name: string,
  ...parts: fc.Arbitrary<string | readonly string[]>[]
): fc.Arbitrary<readonly string[]> {
  return fc.tuple(...parts).map((words) => [...name.split(' '), ...words.flat()]);
}

/** A command as a failure shows it. */
export function shown(command: Command): string {
  return command.map((word) => JSON.stringify(word.slice(0, 20))).join(' ');
}

function compareBytes(command: Command, ours: Buffer, theirs: Buffer): void {
  assert.equal(ours.toString('latin1'), theirs.toString('latin1'), shown(command));
}

async function compareStream(
  redis: RedisOracle,
  protocol: 2 | 3,
  commands: readonly Command[],
  compare: NonNullable<Comparison['compare']>,
): Promise<void> {
  const node = new CommandNode({ nowMs: Date.now(), memoryBytes: 1024 * 1024 });
  node.client.session.protocol = protocol;
  const [, ...theirs] = await redis.run([['FLUSHALL'], ...commands]);
  commands.forEach((command, i) => {
    compare(command, node.bytes(...command), theirs[i]!);
  });
}

/** Tests that replies to such streams are those of redis-server, one test a protocol; `what` names them. */
export function testReplies(
  what: string,
  streams: fc.Arbitrary<readonly Command[]>,
  { numRuns, first = [], compare = compareBytes }: Comparison,
): void {
  for (const protocol of [2, 3] as const) {
    const title = `${what} in RESP${protocol} are those of redis-server`;
    test(title, { skip: redisMissing }, async () => {
      const redis = await RedisOracle.start();
      try {
        await redis.run([['HELLO', String(protocol)]]);
        await fc.assert(
          fc.asyncProperty(streams, (commands) =>
            compareStream(redis, protocol, [...first, ...commands], compare),
          ),
          { numRuns },
        );
      } finally {
        await redis.stop();
      }
    });
  }
}
