import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { flags, parseArguments } from '../../src/cli/arguments.ts';
import { isConfigKey } from '../../src/config/schema.ts';

const set = (key: string, text: string, where: string) => ({ key, given: { text }, where });

test('no words start a node', () => {
  assert.deepEqual(parseArguments([]), { kind: 'serve', settings: [] });
});

test('flags become settings, in order, in both spellings', () => {
  const words =
    '--config edge.toml --port 7000 --bind=0.0.0.0 --dir /d --mode hub --hub-url ws://h:1 --node-id n1';
  assert.deepEqual(
    parseArguments([...words.split(' '), '--set', 'log.level=debug', '--set=edge.token=a=b']),
    {
      kind: 'serve',
      configFile: 'edge.toml',
      settings: [
        set('server.port', '7000', '--port'),
        set('server.bind', '0.0.0.0', '--bind'),
        set('persistence.dir', '/d', '--dir'),
        set('edge.mode', 'hub', '--mode'),
        set('edge.hub_url', 'ws://h:1', '--hub-url'),
        set('edge.node_id', 'n1', '--node-id'),
        set('log.level', 'debug', '--set'),
        set('edge.token', 'a=b', '--set'),
      ],
    },
  );
});

test('subcommands take their own flags', () => {
  assert.deepEqual(parseArguments(['ping', '--host', 'h', '--port', '1']), {
    kind: 'ping',
    settings: [set('server.bind', 'h', '--host'), set('server.port', '1', '--port')],
  });
  assert.deepEqual(parseArguments(['status', '--config=f']), {
    kind: 'status',
    configFile: 'f',
    settings: [],
  });
  assert.deepEqual(parseArguments(['check', '/d']), { kind: 'check', dir: '/d', repair: false });
  assert.deepEqual(parseArguments(['check', '--repair', '--', '-d']), {
    kind: 'check',
    dir: '-d',
    repair: true,
  });
});

test('--help, --version and --check are kinds of their own', () => {
  assert.deepEqual(parseArguments(['--help']), { kind: 'help' });
  assert.deepEqual(parseArguments(['ping', '-h']), { kind: 'help' });
  assert.deepEqual(parseArguments(['-v']), { kind: 'version' });
  assert.deepEqual(parseArguments(['--check', '--port=1']), {
    kind: 'check-config',
    settings: [set('server.port', '1', '--port')],
  });
});

test('a mistake says what is wrong, with a hint where one is near', () => {
  const cases: readonly [string[], string][] = [
    [['--prot', '1'], 'unknown option --prot, did you mean --port?'],
    [['--quite-unknown'], 'unknown option --quite-unknown'],
    [['ping', '--dir', 'x'], 'unknown option --dir'],
    [['-x'], 'unknown option -x'],
    [['--port'], '--port needs a value: --port N'],
    [['--check=1'], '--check takes no value'],
    [['--set', 'port'], '--set takes KEY=VALUE, for example --set server.port=7000'],
    [['pign'], 'unexpected pign, did you mean ping?'],
    [['ping', 'x'], 'unexpected x'],
    [['check'], 'check needs one directory: check [--repair] DIR'],
    [['check', 'a', 'b'], 'check needs one directory: check [--repair] DIR'],
  ];
  for (const [words, message] of cases) assert.deepEqual(parseArguments(words), { kind: 'mistake', message });
});

test('every key that a flag is short for exists', () => {
  for (const flag of flags) assert.ok(flag.key === undefined || isConfigKey(flag.key), flag.name);
});

test('never throws', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('--', '-', 'ping', 'check', '--set', '--port', '--help', '='),
  );
  fc.assert(fc.property(fc.array(word, { maxLength: 6 }), (words) => void parseArguments(words)));
});
