import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Catalog } from '../../../src/commands/acl/catalog.ts';
import { Selector } from '../../../src/commands/acl/selector.ts';
import { categoryNames } from '../../../src/commands/acl-categories.ts';
import { CommandTable } from '../../../src/commands/command-table.ts';
import { commandList } from '../../../src/commands/list.generated.ts';

const catalog = new Catalog(new CommandTable(commandList));

function made(line: string): Selector {
  const selector = new Selector(catalog, false);
  for (const rule of line.split(' ')) assert.equal(selector.apply(rule), undefined, rule);
  return selector;
}

function commandsOf(line: string): string {
  return made(line).describeCommands();
}

test('rules for commands are shown so that they make the same again', () => {
  assert.equal(commandsOf('+@all -client +client|id'), '+@all -client +client|id');
  assert.equal(commandsOf('+@all -client|kill'), '+@all -client|kill');
  assert.equal(commandsOf('-@all +acl +config -config|set'), '-@all +acl +config -config|set');
  assert.equal(commandsOf('+memory|doctor +memory'), '-@all +memory');
  assert.equal(commandsOf('+memory +@all +client|id'), '+@all');
  assert.equal(commandsOf('+@all -memory|doctor -memory'), '+@all -memory');
  assert.equal(commandsOf('+@all -memory -@all'), '-@all');
  assert.equal(commandsOf('+SELECT|0'), '-@all +select|0');
  assert.equal(commandsOf('+select|0 +select'), '-@all +select');
  assert.equal(commandsOf('nocommands allcommands'), '+@all');
  for (const category of categoryNames) {
    assert.equal(commandsOf(`+@all -@${category}`), `+@all -@${category}`);
    assert.equal(commandsOf(`-@all +@${category}`), `-@all +@${category}`);
  }
});

test('patterns of one text are one, with the access of both', () => {
  assert.equal(made('%R~a %W~a %RW~b %w~c %r~c').describeKeys(), '~a ~b ~c');
  assert.equal(made('~a allkeys').describeKeys(), '~*');
  assert.equal(made('%R~* %W~*').describeKeys(), '~*');
  assert.equal(made('allkeys resetkeys ~a').describeKeys(), '~a');
  assert.equal(made('&a &b &a').describeChannels(), '&a &b');
  assert.equal(made('allchannels resetchannels').describe(), 'resetchannels -@all');
});

test('a copy goes its own way', () => {
  const selector = made('+get ~a &b');
  const copy = selector.clone();
  copy.apply('+set');
  copy.apply('~c');
  copy.apply('allchannels');
  assert.equal(selector.describe(), '~a resetchannels &b -@all +get');
  assert.equal(copy.describe(), '~a ~c &* -@all +get +set');
});

test('only what may do everything is unrestricted', () => {
  assert.equal(made('+@all ~* &*').isUnrestricted, true);
  for (const line of ['+@all ~*', '+@all &*', '~* &*', '+@all ~* &* -get', '+@all ~* &* -@edge']) {
    assert.equal(made(line).isUnrestricted, false, line);
  }
});

test('channels match by pattern, and patterns by their text', () => {
  const selector = made('&a* &b');
  const name = (text: string): Buffer => Buffer.from(text);
  assert.equal(selector.allowsChannel(name('abc'), false), true);
  assert.equal(selector.allowsChannel(name('c'), false), false);
  assert.equal(selector.allowsChannel(name('a*'), true), true);
  assert.equal(selector.allowsChannel(name('abc'), true), false);
  assert.equal(made('allchannels').allowsChannel(name('x*'), true), true);
});

test('only ~* and allkeys end the list of patterns', () => {
  assert.equal(made('%RW~* ~a').describe(), '~* ~a resetchannels -@all');
  assert.match(made('~*').apply('~a') ?? '', /allkeys/);
});
