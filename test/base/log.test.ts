import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, silentLog } from '../../src/base/log.ts';

function record(level: 'debug' | 'info' | 'warn' | 'error') {
  const lines: string[] = [];
  const log = createLog(
    level,
    (line) => lines.push(line),
    () => 0,
  );
  return { lines, log };
}

test('a line has time, level, message and fields', () => {
  const { lines, log } = record('info');
  log.info('Ready to accept connections', { port: 6379, path: 'a b', quiet: false, none: undefined });
  assert.deepEqual(lines, [
    '1970-01-01T00:00:00.000Z info Ready to accept connections port=6379 path="a b" quiet=false\n',
  ]);
});

test('what could break a line is quoted', () => {
  const { lines, log } = record('info');
  log.warn('m', { a: 'x\ny', b: 'k=v', c: '', d: '"' });
  assert.deepEqual(lines, ['1970-01-01T00:00:00.000Z warn m a="x\\ny" b="k=v" c="" d="\\""\n']);
});

test('lines below the level are dropped, and the level can change', () => {
  const { lines, log } = record('warn');
  log.info('dropped');
  log.error('kept');
  log.level = 'debug';
  log.debug('kept too');
  assert.equal(lines.length, 2);
  silentLog.error('nobody hears it');
});
