import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FerriteError } from '../../src/base/errors.ts';
import { type ConfigSources, loadConfig, machineMemoryBytes } from '../../src/config/load-config.ts';
import type { Setting } from '../../src/config/setting.ts';

const gb = 1024 ** 3;
const mb = 1024 ** 2;

function load(toml: string, more: Partial<ConfigSources> = {}) {
  return loadConfig({ file: { path: 'edge.toml', text: toml }, machineMemoryBytes: 2 * gb, ...more });
}

function problemsOf(toml: string, more: Partial<ConfigSources> = {}): string[] {
  try {
    load(toml, more);
  } catch (error) {
    assert.ok(error instanceof FerriteError);
    assert.equal(error.code, 'CONFIG');
    return error.message.split('\n');
  }
  return [];
}

const flag = (key: string, text: string, where = '--set'): Setting => ({ key, given: { text }, where });

test('without any source the defaults stand', () => {
  const { config, where, warnings } = loadConfig({ machineMemoryBytes: 2 * gb });
  assert.equal(config['server.port'], 6379);
  assert.equal(config['server.bind'], '127.0.0.1');
  assert.equal(config['persistence.dir'], './data');
  assert.equal(config['persistence.appendfsync'], 'everysec');
  assert.equal(config['edge.sync_policy'], 'immediate');
  assert.equal(config['edge.conflict_resolution'], 'crdt');
  assert.equal(config['edge.hub_url'], undefined);
  assert.equal(config['edge.resources.memory_limit'], 512 * mb);
  assert.equal(config['store.max_keys'], 0);
  assert.equal(where.get('server.port'), 'default');
  assert.deepEqual(warnings, []);
});

test('memory is a quarter of the machine or container, and at most 1 GiB', () => {
  assert.equal(machineMemoryBytes(8 * gb, undefined), 8 * gb);
  assert.equal(machineMemoryBytes(8 * gb, 0), 8 * gb);
  assert.equal(machineMemoryBytes(8 * gb, 2 ** 63), 8 * gb);
  assert.equal(machineMemoryBytes(8 * gb, gb), gb);
  const limit = (bytes: number) =>
    loadConfig({ machineMemoryBytes: bytes }).config['edge.resources.memory_limit'];
  assert.deepEqual([limit(64 * gb), limit(gb), limit(1)], [gb, 256 * mb, mb]);
});

test('flags beat the environment, which beats the file, which beats the preset', () => {
  const toml = '[edge]\npreset = "iot"\n[server]\nport = 1001\nmaxclients = 11\n[store]\nmax_keys = 5\n';
  const { config, where } = load(toml, {
    env: { FERRITE_SERVER_PORT: '1002', FERRITE_SERVER_MAXCLIENTS: '12' },
    settings: [flag('server.port', '1003', '--port')],
  });
  assert.equal(config['server.port'], 1003);
  assert.equal(config['server.maxclients'], 12);
  assert.equal(config['store.max_keys'], 5);
  assert.equal(config['store.max_key_size'], 64);
  assert.equal(config['edge.resources.memory_limit'], 2 * mb);
  assert.equal(config['edge.sync_policy'], 'periodic');
  assert.equal(config['edge.sync_interval'], 60_000);
  assert.equal(where.get('server.port'), '--port');
  assert.equal(where.get('server.maxclients'), 'environment FERRITE_SERVER_MAXCLIENTS');
  assert.equal(where.get('store.max_keys'), 'edge.toml:7');
  assert.equal(where.get('store.max_key_size'), 'preset iot');
});

test('the preset may come from a flag, and a preset without interval never syncs by itself', () => {
  const { config } = load('', { settings: [flag('edge.preset', 'minimal')] });
  assert.equal(config['edge.sync_policy'], 'never');
  assert.equal(config['persistence.enabled'], false);
  const periodic = load('[edge]\npreset = "minimal"\nsync_policy = "periodic"').config;
  assert.equal(periodic['edge.sync_interval'], 30_000);
});

test('an interval without a policy is periodic, with one it changes nothing, and 0 is never', () => {
  assert.equal(load('[edge]\nsync_interval = "5s"').config['edge.sync_policy'], 'periodic');
  assert.equal(load('[edge]\nsync_interval = 0').config['edge.sync_policy'], 'never');
  const named = load('[edge]\nsync_policy = "opportunistic"', {
    settings: [flag('edge.sync_interval', '5s')],
  });
  assert.equal(named.config['edge.sync_policy'], 'opportunistic');
  assert.match(
    problemsOf('[edge]\nsync_policy = "periodic"\nsync_interval = 0')[0] ?? '',
    /^edge\.toml:3: edge\.sync_interval: found 0/,
  );
});

test('a problem names file, line, key, what was found and what is allowed', () => {
  assert.deepEqual(problemsOf('\n\n\n\n\n[edge]\nsync_interval = "30x"\n'), [
    'edge.toml:7: edge.sync_interval: found "30x", allowed: a duration such as "500ms", "30s", "5m", "2h", "7d", from 0 to 30d',
  ]);
});

test('all problems are reported at once', () => {
  const problems = problemsOf('[server]\nport = "6379"\nprot = 1\n[edge]\nmode = "cloud"\n', {
    env: { FERRITE_HUB_PORT: 'x' },
    settings: [flag('http.port', '70000')],
  });
  assert.deepEqual(problems, [
    'edge.toml:2: server.port: found "6379", allowed: an integer from 0 to 65535',
    'edge.toml:3: server.prot: unknown key, did you mean server.port?',
    'edge.toml:5: edge.mode: found "cloud", allowed: "edge", "hub"',
    'environment FERRITE_HUB_PORT: hub.port: found "x", allowed: an integer from 0 to 65535',
    '--set: http.port: found "70000", allowed: an integer from 0 to 65535',
  ]);
});

test('the unbelievable is refused: a date, a table for a value, memory above 2 GiB', () => {
  const [date, table, memory] = problemsOf(
    '[server]\nport = 2026-11-21\nbind = { a = 1 }\n[edge.resources]\nmemory_limit = "3gb"\n',
  );
  assert.match(date ?? '', /found a date/);
  assert.match(table ?? '', /server\.bind: found a table/);
  assert.match(memory ?? '', /memory_limit: found "3gb", allowed: a size .* to 2gb/);
});

test('naming a key and its other name in one place is an error, in two places the stronger wins', () => {
  assert.match(
    problemsOf('[edge]\noffline_queue_size = 1\nmax_offline_queue = 2')[0] ?? '',
    /^edge\.toml:3: edge\.max_offline_queue: also named as edge\.offline_queue_size \(edge\.toml:2\)/,
  );
  assert.match(problemsOf('[persistence]\ndir = "a"\n[edge]\nqueue_path = "b"')[0] ?? '', /edge\.queue_path/);
  assert.equal(load('[edge]\nmax_offline_queue = 7').config['edge.offline_queue_size'], 7);
  const { config } = load('[edge]\nqueue_path = "b"', { settings: [flag('persistence.dir', 'c', '--dir')] });
  assert.equal(config['persistence.dir'], 'c');
});

test('the token may come from a variable, which has to be set, and not from two places', () => {
  const toml = '[edge]\ntoken_env = "FERRITE_MY_TOKEN"\n';
  const { config, where, warnings } = load(toml, { env: { FERRITE_MY_TOKEN: 'abc' } });
  assert.equal(config['edge.token'], 'abc');
  assert.equal(where.get('edge.token'), 'environment FERRITE_MY_TOKEN');
  assert.deepEqual(warnings, []);
  assert.match(
    problemsOf(toml)[0] ?? '',
    /^edge\.toml:2: edge\.token_env: the variable that it names is not set/,
  );
  assert.match(
    problemsOf(`${toml}token = "x"\n`, { env: { FERRITE_MY_TOKEN: 'abc' } })[0] ?? '',
    /token is set too/,
  );
});

test('a token that stands by mistake where the name of its variable should is not printed', () => {
  for (const token of ['hunter2', 'hunter2-with-dash']) {
    const problems = problemsOf(`[edge]\ntoken_env = "${token}"\n`);
    assert.equal(problems.length, 1);
    assert.doesNotMatch(problems.join('\n'), /hunter/);
  }
});

test('no secret gets into a message', () => {
  const problems = problemsOf(
    '[edge]\ntoken = "hunter 2"\nhub_url = "http://me:hunter2@hub"\n[hub]\ntokens = ["hunter2", 5]\n',
    {
      env: { FERRITE_SERVER_REQUIREPASS: 'hunter2'.repeat(1000) },
    },
  );
  assert.equal(problems.length, 4);
  assert.doesNotMatch(problems.join('\n'), /hunter/);
});

test('an empty text takes a value back where none is needed', () => {
  const { config } = load('[edge]\nhub_url = "ws://hub:6380"', { settings: [flag('edge.hub_url', '')] });
  assert.equal(config['edge.hub_url'], undefined);
  assert.match(problemsOf('', { settings: [flag('server.bind', '')] })[0] ?? '', /server\.bind: found ""/);
});

test('an unknown FERRITE_ variable is a warning, an empty one is absent', () => {
  const env = { FERRITE_SERVER_PROT: '1', FERRITE_SERVER_PORT: '', FERRITE_CONFIG: 'x.toml', OTHER: 'y' };
  const { config, warnings } = load('', { env });
  assert.equal(config['server.port'], 6379);
  assert.deepEqual(warnings, [
    'environment FERRITE_SERVER_PROT names no key, did you mean FERRITE_SERVER_PORT?',
  ]);
});

test('the library gives values of their own type', () => {
  const { config } = loadConfig({
    machineMemoryBytes: gb,
    settings: [
      { key: 'edge.resources.memory_limit', given: { value: 64 * mb }, where: 'option memoryLimit' },
    ],
  });
  assert.equal(config['edge.resources.memory_limit'], 64 * mb);
});

test("the seed's own file is valid", () => {
  const { config } = load(`
[server]
port = 6379
[edge]
enabled = true
mode = "edge"
hub_url = "redis://hub:6379"
sync_interval = "30s"
offline_queue_size = 10000
conflict_resolution = "lww"
[edge.resources]
memory_limit = "128mb"
storage_limit = "1gb"
cpu_budget = "low"
`);
  assert.equal(config['edge.resources.memory_limit'], 128 * mb);
  assert.equal(config['edge.resources.storage_limit'], gb);
});

test('what is wrong within a list is named by its place', () => {
  const toml =
    '[edge]\npeers = [\n  "ws://a/edge/ws",\n  "http://user:secret@b/",\n]\n[hub]\ntokens = ["longenough", "short"]\n';
  const env = {
    FERRITE_EDGE_PEERS: 'ws://a/edge/ws,,http://user:secret@b/',
    FERRITE_HUB_TOKENS: 'longenough,short',
  };
  for (const problems of [problemsOf(toml), problemsOf('', { env })]) {
    const all = problems.join('\n');
    assert.match(
      all,
      /edge\.peers\[1\]: found "http:\/\/\*\*\*@b\/", allowed: a URL that begins with redis:/,
    );
    assert.match(all, /hub\.tokens\[1\]: found \*\*\*, allowed: a token of 8 characters or more/);
    assert.doesNotMatch(all, /secret|short/);
  }
  assert.match(
    problemsOf('[edge]\npeers = "ws://a"\n')[0] ?? '',
    /edge\.peers: found "ws:\/\/a", allowed: a list/,
  );
});

test('a list is no TOML where text is asked for', () => {
  for (const tokens of ['["edge-1:longenough"]', '"longenough"', "longenough,'edge-1:longenough'"]) {
    const [problem] = problemsOf('', { env: { FERRITE_HUB_TOKENS: tokens } });
    assert.match(
      problem ?? '',
      /hub\.tokens\[[01]\]: found \*\*\*, allowed: a list separated by commas, without/,
    );
  }
});
