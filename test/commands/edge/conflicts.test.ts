import assert from 'node:assert/strict';
import { test } from 'node:test';
import { both, edgeRig } from './both-forms.ts';

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;

function side(type: string, origin: string, stamp: number, written: string, value: string): string {
  const from = bulk('type') + bulk(type) + bulk('origin') + bulk(origin) + bulk('stamp');
  return `${from}:${stamp}\r\n${bulk('written')}${bulk(written)}${bulk('value')}${bulk(value)}`;
}

/** The stub's conflict; `map` begins a map of n pairs. */
function conflict(map: (pairs: number) => string): string {
  const found = new Date(1_790_000_000_000).toISOString();
  const lost = new Date(1_789_999_999_000).toISOString();
  return [
    map(9),
    bulk('id'),
    ':1\r\n',
    bulk('db'),
    ':0\r\n',
    bulk('key'),
    bulk('k'),
    bulk('type'),
    bulk('hash'),
    bulk('element'),
    bulk('f'),
    bulk('found'),
    bulk(found),
    bulk('strategy'),
    bulk('crdt'),
    bulk('winner'),
    map(5),
    side('hash', 'b/00000002', 2, found, 'new'),
    bulk('loser'),
    map(5),
    side('set', 'a/00000001', 1, lost, 'old'),
  ].join('');
}

const flat = (pairs: number): string => `*${pairs * 2}\r\n`;
const mapped = (pairs: number): string => `%${pairs}\r\n`;

test('EDGE.CONFLICTS lists both values of each, as maps in RESP3', () => {
  const { resp2, resp3 } = edgeRig();
  for (const words of [[], ['LIST'], ['list', '5']]) {
    assert.equal(both(resp2, 'conflicts', ...words), `*1\r\n${conflict(flat)}`);
    assert.equal(both(resp3, 'conflicts', ...words), `*1\r\n${conflict(mapped)}`);
  }
  assert.equal(both(resp2, 'conflicts', 'LIST', '0'), '*0\r\n');
});

test('EDGE.CONFLICTS COUNT, GET and CLEAR', () => {
  const { rig, resp2, resp3 } = edgeRig();
  assert.equal(both(resp2, 'conflicts', 'COUNT'), ':1\r\n');
  assert.equal(both(resp2, 'conflicts', 'GET', '1'), conflict(flat));
  assert.equal(both(resp2, 'conflicts', 'GET', '2'), '$-1\r\n');
  assert.equal(both(resp3, 'conflicts', 'GET', '2'), '_\r\n');
  assert.equal(both(resp2, 'conflicts', 'CLEAR', '2'), ':0\r\n');
  assert.equal(resp2.send('EDGE.CONFLICTS', 'CLEAR', '1'), ':1\r\n');
  assert.equal(rig.edge.found.length, 0);
  assert.equal(resp2.send('EDGE', 'CONFLICTS', 'CLEAR'), ':0\r\n');
});

test('EDGE.CONFLICTS refuses what it does not know', () => {
  const { resp2 } = edgeRig();
  for (const words of [['x'], ['GET'], ['COUNT', '1'], ['GET', '1', '2'], ['LIST', '1', '2']]) {
    assert.equal(both(resp2, 'conflicts', ...words), '-ERR syntax error\r\n');
  }
  const notAnInteger = '-ERR value is not an integer or out of range\r\n';
  for (const word of ['GET', 'LIST', 'CLEAR']) {
    assert.equal(both(resp2, 'conflicts', word, 'x'), notAnInteger);
  }
  for (const count of ['-1', '10001']) {
    assert.equal(both(resp2, 'conflicts', 'LIST', count), '-ERR count must be between 0 and 10000\r\n');
  }
});
