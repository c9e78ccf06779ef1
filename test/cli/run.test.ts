import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, runCommandLine } from '../../src/cli/run.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { recordOutput, withScriptedNode } from './scripted-node.ts';

async function run(args: string[], files: Record<string, string> = {}, env: Record<string, string> = {}) {
  const { outLines, errLines, output } = recordOutput();
  const outcome = await runCommandLine(args, {
    env,
    machineMemoryBytes: 2 ** 30,
    version: '1.2.3',
    output,
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return text;
    },
  });
  return { outcome, outLines, errLines };
}

test('--version and --help print and are done', async () => {
  assert.deepEqual(await run(['--version']), {
    outcome: { exitCode: 0 },
    outLines: ['ferrite-ts 1.2.3'],
    errLines: [],
  });
  const help = await run(['--help']);
  assert.deepEqual([help.outcome, help.errLines], [{ exitCode: 0 }, []]);
});

test('a mistake in the words ends with 2 and a hint', async () => {
  assert.deepEqual(await run(['--prot']), {
    outcome: { exitCode: 2 },
    outLines: [],
    errLines: ['ferrite-ts: unknown option --prot, did you mean --port?', 'try ferrite-ts --help'],
  });
});

test('a node to be started comes back as its configuration', async () => {
  const { outcome } = await run(['--config', 'edge.toml', '--port', '0'], {
    'edge.toml': '[edge]\nmode = "hub"\n',
  });
  assert.ok('serve' in outcome);
  assert.equal(outcome.serve.config['edge.mode'], 'hub');
  assert.equal(outcome.serve.config['server.port'], 0);
  assert.equal(outcome.configFile, 'edge.toml');
});

test('FERRITE_CONFIG names the file where --config does not', async () => {
  const files = { a: '[log]\nlevel = "warn"\n', b: '[log]\nlevel = "debug"\n' };
  const one = await run([], files, { FERRITE_CONFIG: 'a' });
  const two = await run(['--config', 'b'], files, { FERRITE_CONFIG: 'a' });
  assert.ok('serve' in one.outcome && 'serve' in two.outcome);
  assert.deepEqual(
    [one.outcome.serve.config['log.level'], two.outcome.serve.config['log.level']],
    ['warn', 'debug'],
  );
});

test('every mistake in the configuration is a line, and the exit code is 2', async () => {
  const { outcome, errLines } = await run(['--config', 'edge.toml'], {
    'edge.toml': '[server]\nport = 99999\n[edge]\nsync_interval = "30x"\n',
  });
  assert.deepEqual(outcome, { exitCode: 2 });
  assert.equal(errLines.length, 2);
  assert.match(errLines[0] ?? '', /^ferrite-ts: edge\.toml:2: server\.port: found 99999, allowed: /);
  assert.match(errLines[1] ?? '', /^ferrite-ts: edge\.toml:4: edge\.sync_interval: found "30x", allowed: /);
  assert.deepEqual((await run(['--config', 'none.toml'])).errLines, [
    'ferrite-ts: none.toml: cannot read this configuration file: ENOENT',
  ]);
});

test('--check prints what is in effect, without secrets', async () => {
  const { outcome, outLines } = await run(['--check', '--set', 'server.requirepass=hunter2']);
  assert.deepEqual(outcome, { exitCode: 0 });
  assert.match(outLines.join('\n'), /requirepass = "\*\*\*"/);
  assert.doesNotMatch(outLines.join('\n'), /hunter2/);
});

test('--check reads the files that are named, and ends with 2 where one is wrong', async () => {
  const files = { 'edge.toml': '[server]\naclfile = "users.acl"\n', 'users.acl': 'user a on\nuser a off\n' };
  const wrong = await run(['--check', '--config', 'edge.toml'], files);
  assert.deepEqual(wrong.outcome, { exitCode: 2 });
  assert.deepEqual(wrong.outLines, []);
  assert.match(
    wrong.errLines[0] ?? '',
    /^ferrite-ts: users\.acl:2: server\.aclfile: found Duplicate user 'a'/,
  );
  const sound = await run(['--check', '--config', 'edge.toml'], { ...files, 'users.acl': 'user a on\n' });
  assert.deepEqual(sound.outcome, { exitCode: 0 });
});

test('ping and status ask the node that the configuration describes', () =>
  withScriptedNode(
    { AUTH: '+OK\r\n', PING: '+PONG\r\n', 'EDGE.STATUS': '*0\r\n' },
    async ({ port, heard }) => {
      const env = {
        FERRITE_SERVER_PORT: String(port),
        FERRITE_SERVER_REQUIREPASS: 'p',
        FERRITE_SERVER_BIND: '0.0.0.0',
      };
      assert.deepEqual((await run(['ping'], {}, env)).outLines, ['PONG']);
      assert.deepEqual((await run(['status'], {}, env)).outcome, { exitCode: 0 });
      assert.deepEqual(heard, ['AUTH p', 'PING', 'AUTH p', 'EDGE.STATUS']);
    },
  ));

test('a node that is not there is a failure, not a mistake', async () => {
  let freed = 0;
  await withScriptedNode({}, async ({ port }) => {
    freed = port;
  });
  const { outcome, errLines } = await run(['ping', '--port', String(freed)]);
  assert.deepEqual(outcome, { exitCode: 1 });
  assert.match(errLines[0] ?? '', /^ferrite-ts: 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
});

test('a node that listens everywhere is asked on this machine', () => {
  const hostFor = (bind: string) => {
    const settings = [{ key: 'server.bind', given: { text: bind }, where: '--bind' }];
    return addressOf(loadConfig({ machineMemoryBytes: 2 ** 30, settings }).config).host;
  };
  assert.deepEqual(['0.0.0.0', '::', '10.0.0.5'].map(hostFor), ['127.0.0.1', '::1', '10.0.0.5']);
});
