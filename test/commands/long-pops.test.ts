import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplyWriter } from '../../src/resp/reply-writer.ts';
import { requestOf } from './command-rig.ts';
import type { CommandNode } from './harness.ts';
import { smallNode } from './in-slices.ts';
import { parseReply, type Reply, ReplyError } from './parse-reply.ts';

const count = 2000;
const name = (i: number): string => `element:${String(i).padStart(5, '0')}`;

function filled(): CommandNode {
  const node = smallNode();
  // What would be done in slices is done at once.
  node.client.session.denyBlocking = true;
  const names = Array.from({ length: count }, (_, i) => name(i));
  node.call('RPUSH', 'l', ...names);
  node.call('SADD', 's', ...names);
  node.call('ZADD', 'z', ...names.flatMap((member, i) => [i, member]));
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
    ['LPOP l 2000', 'LLEN l', count],
    ['LPOP l 1650', 'LLEN l', 1650],
    ['RPOP l 900', 'LLEN l', 900],
    ['LMPOP 1 l LEFT COUNT 2000', 'LLEN l', count],
    ['SPOP s 1700', 'SCARD s', 1700],
    ['ZPOPMIN z 1700', 'ZCARD z', 1700],
    ['ZPOPMAX z 1700', 'ZCARD z', 1700],
  ] as const) {
    const node = filled();
    const got = within(node, 7000, line);
    const names = namesIn(got);
    assert.ok(names.length > 100 && names.length < wanted, `${line}: ${names.length}`);
    assert.equal(new Set(names).size, names.length);
    assert.equal(node.run(size), count - names.length, line);
    assert.equal(node.run('DBSIZE'), 3);
  }
});

test('where nothing fits nothing goes', () => {
  const node = filled();
  for (const line of [
    'SPOP s 500',
    'SPOP s 2000',
    'ZPOPMIN z 500',
    'ZPOPMIN z 1900',
    'ZMPOP 1 z MIN COUNT 2000',
  ]) {
    assert.ok(within(node, 900, line) instanceof ReplyError, line);
  }
  const long = 'v'.repeat(5000);
  node.call('RPUSH', 'long', long, long);
  for (const line of ['LPOP long', 'LPOP long 2', 'LMOVE long other LEFT RIGHT', 'LMPOP 1 long LEFT']) {
    assert.ok(within(node, 1000, line) instanceof ReplyError, line);
  }
  assert.deepEqual([node.run('SCARD s'), node.run('ZCARD z'), node.run('LLEN long')], [count, count, 2]);
  assert.equal(node.run('EXISTS other'), 0);
});
