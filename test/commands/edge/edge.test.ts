import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseReply } from '../parse-reply.ts';
import { edgeRig } from './both-forms.ts';

const names = 'CLOCK CONFIG CONFLICTS ENDPOINT PEERS PREFIXES QUEUE RESOURCES STATS STATUS SYNC'.split(' ');

function lines(reply: string): string[] {
  const parsed = parseReply(Buffer.from(reply), 0)?.value;
  return Array.isArray(parsed) ? parsed.map(String) : [];
}

test('EDGE is a container, with Redis words for what it does not know', () => {
  const { resp2 } = edgeRig();
  assert.equal(resp2.send('EDGE'), "-ERR wrong number of arguments for 'edge' command\r\n");
  assert.equal(resp2.send('EDGE', 'NOPE'), "-ERR unknown subcommand 'NOPE'. Try EDGE HELP.\r\n");
  assert.equal(
    resp2.send('EDGE.NOPE', 'a'),
    "-ERR unknown command 'EDGE.NOPE', with args beginning with: 'a' \r\n",
  );
});

test('EDGE.HELP and EDGE HELP name every command of the family', () => {
  const { resp2 } = edgeRig();
  const dotted = lines(resp2.send('EDGE.HELP'));
  assert.deepEqual(
    dotted.map((line) => line.split(/[ :]/)[0]),
    names.map((name) => `EDGE.${name}`),
  );
  assert.ok(dotted.some((line) => line.startsWith('EDGE.SYNC [ASYNC] [FULL]: ')));
  const help = lines(resp2.send('EDGE', 'HELP'));
  for (const name of names) assert.ok(help.some((line) => line.split(' ')[0] === name));
});

test('the EDGE family is of the group edge, and takes no keys', () => {
  const { resp2 } = edgeRig();
  const info = lines(resp2.send('COMMAND', 'INFO', 'edge.sync', 'edge'));
  assert.equal(info.length, 2);
  assert.match(
    resp2.send('COMMAND', 'GETKEYS', 'EDGE.SYNC', 'FULL'),
    /^-ERR The command has no key arguments/,
  );
});
