import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandSpec } from '../../src/commands/command.ts';
import { commandList } from '../../src/commands/list.generated.ts';
import { type ArgumentSpec, parseSyntax, shownSyntax } from '../../src/commands/syntax.ts';

/** `EX:seconds/integer?` and, of what has parts, those in parentheses. */
function show(items: readonly ArgumentSpec[]): string {
  return items
    .map((item) => {
      const marks = `${item.optional ? '?' : ''}${item.multiple ? '*' : ''}${item.multipleToken ? '+' : ''}`;
      const parts = item.arguments === undefined ? '' : `(${show(item.arguments)})`;
      const word = item.token === undefined ? '' : `${item.token}:`;
      return `${word}${item.type === 'pure-token' ? '' : `${item.name}/${item.type}`}${parts}${marks}`;
    })
    .join(' ');
}

const shown = (syntax: string): string => show(parseSyntax(syntax));

test('names say types, and a type may be stated', () => {
  assert.equal(shown('<key> <value> <count>'), 'key/key value/string count/integer');
  assert.equal(shown('<unix-time-seconds> <pattern>'), 'unix-time-seconds/unix-time pattern/pattern');
  assert.equal(shown('<increment:double> <ip:port>'), 'increment/double ip:port/string');
  assert.equal(shownSyntax('<key> <increment:double> <ip:port>'), '<key> <increment> <ip:port>');
});

test('words stand alone, announce an argument or are a choice', () => {
  assert.equal(shown('[NX|XX] [GET]'), 'nx_xx/oneof(NX: XX:)? GET:?');
  assert.equal(
    shown('[EX <seconds> | PX <ms> | KEEPTTL]'),
    'seconds_ms_keepttl/oneof(EX:seconds/integer PX:ms/integer KEEPTTL:)?',
  );
  assert.equal(shown('[TYPE NORMAL|PUBSUB]'), 'TYPE:normal_pubsub/oneof(NORMAL: PUBSUB:)?');
  assert.equal(shown('LEFT|RIGHT'), 'left_right/oneof(LEFT: RIGHT:)');
  assert.equal(shown('(*|<id>)'), '*_id/oneof(*: id/string)');
  assert.equal(shown('[LIMIT <offset> <count>]'), 'LIMIT:offset_count/block(offset/integer count/integer)?');
  assert.equal(shown('[COUNT <count> [ANY]]'), 'COUNT:count_any/block(count/integer ANY:?)?');
});

test('what is repeated is said once', () => {
  assert.equal(shown('<key> [<key> ...]'), 'key/key*');
  assert.equal(shown('<key> ...'), 'key/key*');
  assert.equal(shown('[<key> ...]'), 'key/key?*');
  assert.equal(shown('<key> <value> [<key> <value> ...]'), 'key_value/block(key/key value/string)*');
  assert.equal(shown('[GET <pattern> [GET <pattern> ...]]'), 'GET:pattern/pattern?*+');
  assert.equal(shown('[WEIGHTS <weight> [<weight> ...]]'), 'WEIGHTS:weight/integer?*');
  assert.equal(shown('STREAMS <key> [<key> ...] <id> [<id> ...]'), 'STREAMS:key/key* id/string*');
});

test('a line that is no syntax is a bug', () => {
  for (const line of ['[<key>', '<key>]', '(<a> | <b>', '...', '[]']) {
    assert.throws(() => parseSyntax(line), line);
  }
});

/** The least number of arguments that the syntax allows, the name included. */
function leastOf(items: readonly ArgumentSpec[]): number {
  let sum = 0;
  for (const item of items) {
    if (item.optional) continue;
    const parts = item.arguments ?? [];
    const own = item.type === 'oneof' ? Math.min(...parts.map((part) => leastOf([part]))) : leastOf(parts);
    const word = item.token === undefined || item.type === 'pure-token' ? 0 : 1;
    sum += word + (item.type === 'oneof' || item.type === 'block' ? own : 1);
  }
  return sum;
}

test("every command's syntax fits its arity", () => {
  const wrong: string[] = [];
  const look = (spec: CommandSpec, name: string, before: number): void => {
    const least = before + leastOf(parseSyntax(spec.syntax ?? ''));
    if (spec.syntax !== undefined && least !== Math.abs(spec.arity)) {
      wrong.push(`${name}: arity ${spec.arity}, syntax ${spec.syntax}`);
    }
    for (const sub of spec.subcommands ?? []) look(sub, `${name}|${sub.name}`, 2);
  };
  for (const spec of commandList) look(spec, spec.name, 1);
  assert.deepEqual(wrong, []);
});
