import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplyWriter } from '../../src/resp/reply-writer.ts';
import { requestOf } from './command-rig.ts';
import { CommandNode } from './harness.ts';
import { parseReply, type Reply, ReplyError } from './parse-reply.ts';

const count = 20_000;
const name = (i: number): string => `element:${String(i).padStart(5, '0')}`;

function filled(): CommandNode {
  const node = new CommandNode({ memoryBytes: 64 * 1024 * 1024 });
  // What would be done in slices is done at once.
  node.client.session.denyBlocking = true;
  for (let i = 0; i < count; i += 1000) {
    const names = Array.from({ length: 1000 }, (_, k) => name(i + k));
    node.call('RPUSH', 'l', ...names);
    node.call('SADD', 's', ...names);
    node.call('ZADD', 'z', ...names.flatMap((member, k) => [i + k, member]));
  }
  return node;
}

/** Runs a command whose reply has so much room at the most, whatever it does. */
function within(node: CommandNode, bytesMax: number, line: string): Reply {
  const reply = new ReplyWriter(16, () => bytesMax);
  reply.open();
  node.rig.dispatch.execute(node.client, requestOf(line.split(' ')), reply);
  const parsed = parseReply(reply.buf.subarray(reply.start, reply.pos), 0);
  assert.equal(parsed?.end, reply.pos - reply.start, 'one reply');
  return parsed!.value;
}

function namesIn(reply: Reply): string[] {
  const all = Array.isArray(reply) ? reply.flat(3) : [];
  return all.filter((one) => typeof one === 'string').filter((text) => text.startsWith('element:'));
}

test('what does not fit in the longest reply stays where it is', () => {
  for (const [line, size, wanted] of [
    ['LPOP l 20000', 'LLEN l', count],
    ['LPOP l 16500', 'LLEN l', 16_500],
    ['RPOP l 9000', 'LLEN l', 9000],
    ['LMPOP 1 l LEFT COUNT 20000', 'LLEN l', count],
    ['SPOP s 17000', 'SCARD s', 17_000],
    ['ZPOPMIN z 17000', 'ZCARD z', 17_000],
    ['ZPOPMAX z 17000', 'ZCARD z', 17_000],
  ] as const) {
    const node = filled();
    const got = within(node, 70_000, line);
    const names = namesIn(got);
    assert.ok(names.length > 1000 && names.length < wanted, `${line}: ${names.length}`);
    assert.equal(new Set(names).size, names.length);
    assert.equal(node.run(size), count - names.length, line);
    assert.equal(node.run('DBSIZE'), 3);
  }
});

test('where nothing fits nothing goes', () => {
  const node = filled();
  for (const line of ['SPOP s 5000', 'SPOP s 20000', 'ZPOPMIN z 5000', 'ZMPOP 1 z MIN COUNT 20000']) {
    assert.ok(within(node, 9000, line) instanceof ReplyError, line);
  }
  const long = 'v'.repeat(5000);
  node.call('RPUSH', 'long', long, long);
  for (const line of ['LPOP long', 'LPOP long 2', 'LMOVE long other LEFT RIGHT', 'LMPOP 1 long LEFT']) {
    assert.ok(within(node, 1000, line) instanceof ReplyError, line);
  }
  assert.deepEqual([node.run('SCARD s'), node.run('ZCARD z'), node.run('LLEN long')], [count, count, 2]);
  assert.equal(node.run('EXISTS other'), 0);
});
