import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

for (const name of ['FLUSHALL', 'FLUSHDB']) {
  test(`${name} refuses other options and changes nothing`, () => {
    const node = new CommandNode();
    assert.equal(node.run('SET a 1'), 'OK');
    assert.equal(node.run(`${name} what`), '-ERR syntax error');
    assert.equal(node.run(`${name} SYNC ASYNC`), '-ERR syntax error');
    assert.equal(node.run('DBSIZE'), 1);
  });

  test(`${name} is refused while peers would be emptied too, unless that is allowed`, () => {
    const node = new CommandNode({ services: { syncing: true } });
    node.run('SET a 1');
    const before = node.store.recorder?.count;
    assert.match(String(node.run(name)), new RegExp(`^-ERR ${name} is refused while this node syncs`));
    assert.equal(node.store.recorder?.count, before);
    assert.equal(node.run('GET a'), '1');
    const allowed = new CommandNode({ services: { syncing: true, allowFlush: true } });
    allowed.run('SET a 1');
    assert.equal(allowed.run(name), 'OK');
    assert.equal(allowed.run('DBSIZE'), 0);
  });

  test(`${name} gives memory back before it replies`, () => {
    const node = new CommandNode({ memoryBytes: 1024 * 1024 });
    for (let round = 0; round < 3; round++) {
      let n = 0;
      while (node.call('SET', `k${n}`, 'x'.repeat(1000)) === 'OK') n += 1;
      assert.ok(n > 500);
      assert.equal(node.run(name), 'OK');
    }
  });
}
