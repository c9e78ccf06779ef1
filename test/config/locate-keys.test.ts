import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { locateKeys } from '../../src/config/locate-keys.ts';

const sample = `# a comment with [brackets] and a = 1
top = 1

[server] # trailing
port = 6379
"bind" = "127.0.0.1" # x = 1

[edge.resources]
memory_limit = "128mb"

[edge]
resources.cpu_budget = "low"
text = """
fake = 1
[fake]
"""
raw = '''
fake2 = 1'''
peers = [
  "ws://a", # one
  "ws://b]",
]
inline = { a = 1, b.c = "}", d = { e = 1 } }
last = true
`;

test('tables, dotted and quoted keys, multi-line values and inline tables have their lines', () => {
  const lines = locateKeys(sample);
  const expected: readonly [string, number][] = [
    ['top', 2],
    ['server', 4],
    ['server.port', 5],
    ['server.bind', 6],
    ['edge.resources', 8],
    ['edge.resources.memory_limit', 9],
    ['edge', 11],
    ['edge.resources.cpu_budget', 12],
    ['edge.text', 13],
    ['edge.raw', 17],
    ['edge.peers', 19],
    ['edge.inline', 23],
    ['edge.inline.a', 23],
    ['edge.inline.b.c', 23],
    ['edge.inline.d.e', 23],
    ['edge.last', 24],
  ];
  for (const [key, line] of expected) assert.equal(lines.get(key), line, key);
  assert.ok(![...lines.keys()].some((key) => key.includes('fake')));
});

test('CRLF line ends count once', () => {
  assert.equal(locateKeys('a = 1\r\n[t]\r\nb = 2\r\n').get('t.b'), 3);
});

test('ends on any text', () => {
  const piece = fc.constantFrom(
    '[',
    ']',
    '{',
    '}',
    '=',
    '"',
    "'",
    '"""',
    '\n',
    ',',
    'a',
    '.',
    '#',
    ' ',
    '\\',
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 60 }), (parts) => void locateKeys(parts.join(''))));
});
