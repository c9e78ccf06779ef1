// Commands that are done in slices, for tests: each run to its end, with something in between, or as a whole, and what
// is in the log of it.
import assert from 'node:assert/strict';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { DeltaKind } from '../../src/delta/kinds.ts';
import type { Block } from '../../src/journal/delta-log.ts';
import type { SliceSizes } from '../../src/store/slice-sizes.ts';
import { type Argument, CommandNode } from './harness.ts';
import { parseReply, type Reply, ReplyError } from './parse-reply.ts';

/** A tenth of what is usual, about. */
export const smallSlices: SliceSizes = {
  largeElementsMin: 1600,
  elements: 100,
  changedElements: 50,
  largeStringBytesMin: 400_000,
  stringBytes: 50_000,
  writtenBytes: 12_800,
  largePayloadBytesMin: 6400,
  summedBytes: 25_600,
};

/** What has eight elements is large already. */
export const tinySlices: SliceSizes = {
  ...smallSlices,
  largeElementsMin: 8,
  elements: 3,
  changedElements: 2,
  largeStringBytesMin: 64,
  stringBytes: 16,
  largePayloadBytesMin: 64,
  summedBytes: 32,
};

/** A node to which some thousands of elements are large. */
export function smallNode(memoryBytes = 4 * 1024 * 1024): CommandNode {
  return new CommandNode({ memoryBytes, sliceSizes: smallSlices });
}

export function parsed(text: string): Reply {
  const bytes = Buffer.from(text);
  const reply = parseReply(bytes, 0);
  assert.equal(reply?.end, bytes.length, 'one whole reply');
  return reply!.value;
}

export function errorOf(reply: Reply): string {
  return reply instanceof ReplyError ? reply.message : '';
}

/** Runs a command in slices, and between two of them whatever is given, once. */
export function sliced(node: CommandNode, words: readonly Argument[], between: () => void = () => {}): Reply {
  assert.equal(node.bytes(...words).length, 0, `${words[0]} replies later`);
  let late = '';
  for (let turns = 0; late === '' && turns < 10_000; turns++) {
    node.rig.timers.endTurn();
    late = node.client.lateNow();
    if (turns === 2) between();
  }
  return parsed(late);
}

/** The same command as a whole, in a transaction. */
export function whole(node: CommandNode, words: readonly Argument[]): Reply {
  node.run('MULTI');
  node.call(...words);
  return (node.run('EXEC') as Reply[])[0]!;
}

/** All that a node shows of a key, in an order of its own. */
export function shown(node: CommandNode, key: string): Reply {
  const words = {
    none: ['EXISTS', key],
    set: ['SORT', key, 'ALPHA'],
    hash: ['HGETALL', key],
    zset: ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
    list: ['LRANGE', key, '0', '-1'],
  }[String(node.run(`TYPE ${key}`))];
  return whole(node, words!);
}

/** What a node that had read the log, with its runs, would show. */
export async function replayed(
  { rig }: CommandNode,
  from: number,
): Promise<{ node: CommandNode; runs: number }> {
  const { arena, sliceSizes } = rig.store;
  const copy = new CommandNode({ memoryBytes: arena.capacityBytes, sliceSizes });
  rig.journal.commit(() => {});
  const { store } = copy;
  store.recorder = undefined;
  let runs = 0;
  const read = async (block: Block): Promise<void> => {
    const reader = new BatchReader(store.origins);
    const { buf, start, end } = block;
    reader.open(buf, start, end);
    while (reader.next()) {
      if (reader.kind !== DeltaKind.run) store.join(reader, undefined, true);
      else {
        runs += 1;
        for (const inner of (await rig.journal.readRun(reader.runNumber))!) await read(inner);
      }
    }
  };
  for (let seq = from; seq < rig.journal.seq; ) {
    for (const block of (await rig.journal.read(seq, 1e6))!) {
      await read(block);
      seq = block.firstSeq + block.count;
    }
  }
  return { node: copy, runs };
}
