import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { runTool, ServerProcess } from '../server-process.ts';

const python = '/usr/bin/python3';
const absent =
  spawnSync(python, ['-c', 'import redis']).status === 0 ? false : 'python3-redis is not installed';
const server = new ServerProcess();

const script = `
import sys, redis
r = redis.Redis(port=int(sys.argv[1]), decode_responses=True)
assert r.ping()
assert r.set('py:a', 1, ex=100, nx=True) and r.set('py:a', 2, nx=True) is None
assert r.incr('py:a') == 2 and 0 < r.ttl('py:a') <= 100
assert r.mget('py:a', 'py:none') == ['2', None]
r.client_setname('probe')
assert r.client_getname() == 'probe' and r.client_info()['name'] == 'probe'
assert len(r.client_list()) == 1 and r.client_list()[0]['db'] == '0'
info = r.info()
assert info['redis_version'].startswith('7.2.') and info['loading'] == 0 and info['role'] == 'master'
assert info['db0']['keys'] >= 1 and info['connected_clients'] == 1
assert r.info('commandstats')['cmdstat_ping']['calls'] == 1
assert r.config_get('maxm*')['maxmemory-policy'] == 'noeviction'
assert r.config_set('timeout', 0)
assert r.command()['get']['arity'] == 2 and r.command_count() > 50
assert r.memory_usage('py:a') > 16 and r.memory_stats()['keys.count'] >= 1
assert r.object('encoding', 'py:a') == 'int'
assert r.role()[0] == 'master' and r.time()[0] > 1700000000 and r.wait(0, 1) == 0
with r.pipeline(transaction=False) as p:
    for i in range(300): p.set('py:p%d' % i, i)
    assert all(p.execute())
assert sorted(r.scan_iter('py:p*'))[0] == 'py:p0' and r.dbsize() == 301
try:
    r.execute_command('NOSUCH', 'x')
    assert False
except redis.ResponseError as e:
    assert str(e).startswith("unknown command 'NOSUCH', with args beginning with: 'x'"), e
r.config_set('requirepass', 'secret')
assert redis.Redis(port=int(sys.argv[1]), password='secret').ping()
try:
    redis.Redis(port=int(sys.argv[1])).ping()
    assert False
except redis.AuthenticationError: pass
r.config_set('requirepass', '')
assert r.save() and r.bgsave() and r.lastsave()
print('done')
`;

describe('python3-redis', { skip: absent }, () => {
  before(() => server.start());
  after(() => server.stop());

  test('does what an application does', async () => {
    const { out } = await runTool(python, ['-c', script, String(server.port)]);
    assert.equal(out, 'done\n');
  });
});
