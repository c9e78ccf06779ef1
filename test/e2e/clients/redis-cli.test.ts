import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { missing, runTool, ServerProcess } from '../server-process.ts';

const server = new ServerProcess();
const cli = (...args: string[]) => runTool('redis-cli', ['-p', String(server.port), ...args]);

describe('redis-cli', { skip: missing('redis-cli') }, () => {
  before(() => server.start());
  after(() => server.stop());

  test('one command at a time, in RESP2 and RESP3', async () => {
    assert.equal((await cli('SET', 'cli:a', 'hello')).out, 'OK\n');
    assert.equal((await cli('GET', 'cli:a')).out, 'hello\n');
    assert.equal((await cli('-3', 'GET', 'cli:a')).out, 'hello\n');
    assert.equal((await cli('-3', 'CONFIG', 'GET', 'save')).out, 'save \n');
    assert.equal((await cli('GET', 'cli:none')).out, '\n');
    assert.equal((await cli('-n', '3', 'GET', 'cli:a')).out, '\n');
    assert.match(
      (await cli('NOSUCH', 'x')).out,
      /^ERR unknown command 'NOSUCH', with args beginning with: 'x' /,
    );
  });

  test('its help is made from COMMAND DOCS', async () => {
    const { out } = await cli('help', 'get');
    assert.match(out, /GET/);
    assert.match(out, /Returns the string value of a key/);
    assert.match((await cli('help', 'config')).out, /CONFIG RESETSTAT/);
  });

  test('--pipe sends many and counts the replies', async () => {
    let input = '';
    for (let i = 0; i < 2000; i++) input += `SET cli:pipe:${i} value${i}\r\n`;
    const { out, status } = await runTool('redis-cli', ['-p', String(server.port), '--pipe'], { input });
    assert.match(out, /errors: 0, replies: 2000/);
    assert.equal(status, 0);
    assert.equal((await cli('GET', 'cli:pipe:1999')).out, 'value1999\n');
  });

  test('--bigkeys, --memkeys and --scan walk the keys', async () => {
    await cli('SET', 'cli:big', 'x'.repeat(5000));
    const big = (await cli('--bigkeys')).out;
    assert.match(big, /Biggest string found .*cli:big.* has 5000 bytes/);
    const memory = (await cli('--memkeys')).out;
    assert.match(memory, /Biggest string found .*cli:big.* has 5\d\d\d bytes/);
    const keys = (await cli('--scan', '--pattern', 'cli:b*')).out;
    assert.equal(keys, 'cli:big\n');
  });

  test('--stat reads INFO', { skip: missing('stdbuf') }, async () => {
    const args = ['-oL', 'redis-cli', '-p', String(server.port), '--stat', '-i', '0.1'];
    const { out } = await runTool('stdbuf', args, { timeoutMs: 1500 });
    assert.match(out, /^keys +mem +clients +blocked +requests +connections/m);
    assert.match(out, /^\d+ +[\d.]+[KM] +1 +0 +\d+ \(\+\d+\) +\d+ *$/m);
  });

  test('--latency measures', { skip: missing('stdbuf') }, async () => {
    const args = ['-oL', 'redis-cli', '-p', String(server.port), '--latency', '-i', '1'];
    const { out } = await runTool('stdbuf', args, { timeoutMs: 3000 });
    assert.match(out, /^\d+ \d+ \d+\.\d+ \d+/);
  });

  test('a password set at run time is asked for', async () => {
    assert.equal((await cli('CONFIG', 'SET', 'requirepass', 'secret')).out, 'OK\n');
    try {
      assert.match((await cli('PING')).out, /NOAUTH Authentication required/);
      assert.match((await cli('--no-auth-warning', '-a', 'wrong', 'PING')).out, /WRONGPASS/);
      assert.equal((await cli('--no-auth-warning', '-a', 'secret', 'PING')).out, 'PONG\n');
    } finally {
      // The other tests have no password.
      const known = ['--no-auth-warning', '--user', 'default', '--pass', 'secret'];
      assert.equal((await cli(...known, 'CONFIG', 'SET', 'requirepass', '')).out, 'OK\n');
    }
    assert.equal(server.output.includes('secret'), false);
  });

  test('SHUTDOWN SAVE ends the node in order', async () => {
    const { out } = await cli('SHUTDOWN', 'SAVE');
    assert.equal(out, '');
    assert.equal(await server.ended(), 0);
  });
});
