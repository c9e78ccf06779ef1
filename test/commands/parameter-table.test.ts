import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Parameter, ParameterTable } from '../../src/commands/parameter-table.ts';

function fixture(): { values: Record<string, string>; table: ParameterTable } {
  const values: Record<string, string> = { b: '1', a: '2' };
  const settable = (name: string): Parameter => ({
    name,
    read: () => values[name]!,
    prepare: (value) =>
      value === 'bad'
        ? { refusal: 'no' }
        : {
            apply: () => {
              values[name] = value;
            },
          },
  });
  return {
    values,
    table: new ParameterTable([settable('b'), settable('a'), { name: 'fixed', read: () => 'f' }]),
  };
}

test('parameters are listed in order of name', () => {
  const { table } = fixture();
  assert.deepEqual(table.entries(), [
    ['a', '2'],
    ['b', '1'],
    ['fixed', 'f'],
  ]);
  assert.equal(table.get('fixed'), 'f');
  assert.equal(table.get('none'), undefined);
});

test('several are set as one step', () => {
  const { table, values } = fixture();
  assert.equal(
    table.set([
      ['a', '5'],
      ['b', '6'],
    ]),
    undefined,
  );
  assert.deepEqual(values, { a: '5', b: '6' });
  const failed = (name: string, reason: string): string =>
    `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
  const refused: [(readonly [string, string])[], string][] = [
    [
      [
        ['a', '7'],
        ['none', '1'],
      ],
      "ERR Unknown option or number of arguments for CONFIG SET - 'none'",
    ],
    [
      [
        ['a', '7'],
        ['fixed', '1'],
      ],
      failed('fixed', "can't set immutable config"),
    ],
    [
      [
        ['a', '7'],
        ['a', '8'],
      ],
      failed('a', 'duplicate parameter'),
    ],
    [
      [
        ['a', '7'],
        ['b', 'bad'],
      ],
      failed('b', 'no'),
    ],
  ];
  for (const [pairs, line] of refused) assert.equal(table.set(pairs), line);
  assert.deepEqual(values, { a: '5', b: '6' });
});
