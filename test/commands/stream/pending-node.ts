// A node with a stream of many entries, all but the first of them pending in a group, for tests of what is done with
// them in slices; and what it shows of the group.
import assert from 'node:assert/strict';
import type { CommandNode } from '../harness.ts';
import { replayed, sliced, smallNode, whole } from '../in-slices.ts';
import type { Reply } from '../parse-reply.ts';

export const entryCount = 2000;

export function streamNode(): CommandNode {
  const node = smallNode();
  for (let n = 1; n <= entryCount; n++) node.run(`XADD s ${n} f ${n}`);
  node.run('XGROUP CREATE s g 1');
  return node;
}

/** All are pending for `a`, for a second, but each third one for `b`; each tenth is gone. */
export function pendingNode(): CommandNode {
  const node = streamNode();
  node.run('XREADGROUP GROUP g a COUNT 1000 STREAMS s >');
  node.run('XREADGROUP GROUP g a COUNT 1000 STREAMS s >');
  for (let n = 3; n <= entryCount; n += 3) node.run(`XCLAIM s g b 0 ${n}`);
  for (let n = 10; n <= entryCount; n += 10) node.run(`XDEL s ${n}`);
  node.advance(1000);
  return node;
}

/** All that can be known of the group. */
export function shownGroup(node: CommandNode): Reply[] {
  return ['XPENDING s g - + 5000', 'XINFO GROUPS s', 'XINFO CONSUMERS s g'].map((line) =>
    whole(node, line.split(' ')),
  );
}

/** A command that claims entries does in slices what it does at once, and its log says the same. */
export async function assertClaimsAlike(line: string): Promise<void> {
  const words = line.split(' ');
  const [node, other] = [pendingNode(), pendingNode()];
  for (const each of [node, other]) each.run('XGROUP CREATECONSUMER s g c');
  const expected = whole(other, words);
  assert.deepEqual(sliced(node, words), expected);
  assert.deepEqual(shownGroup(node), shownGroup(other));
  const copy = await replayed(node, 0);
  assert.deepEqual(whole(copy.node, ['XPENDING', 's', 'g']), whole(node, ['XPENDING', 's', 'g']));
}
