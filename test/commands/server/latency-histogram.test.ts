import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketBound, bucketOf, cumulative, percentile } from '../../../src/commands/latency-buckets.ts';
import { Rig, textOf } from '../command-rig.ts';

test('buckets double, and have the bounds that redis-server tells', () => {
  assert.deepEqual([0, 1, 1.5, 2, 2.1, 4, 1000, 1024, 1025].map(bucketOf), [0, 0, 1, 1, 2, 2, 10, 10, 11]);
  assert.equal(bucketOf(1e15), 31);
  assert.deepEqual(
    Array.from({ length: 13 }, (_, k) => bucketBound(k)),
    [1, 2, 4, 8, 16, 33, 66, 132, 264, 528, 1056, 2113, 4227],
  );
  const buckets = [0, 3, 0, 1];
  assert.deepEqual(cumulative(buckets), [
    [2, 3],
    [8, 4],
  ]);
  assert.equal(percentile(buckets, 50), 2);
  assert.equal(percentile(buckets, 99), 8);
  assert.equal(percentile([], 50), 0);
});

test('LATENCY HISTOGRAM counts the runs of commands and subcommands; RESETSTAT begins anew', () => {
  const rig = new Rig();
  const a = rig.connect();
  a.send('set', 'k', 'v');
  a.send('set', 'k', 'w');
  a.send('client', 'id');
  const part = '*4\r\n$5\r\ncalls\r\n:2\r\n$14\r\nhistogram_usec\r\n*2\r\n:1\r\n:2\r\n';
  assert.equal(a.send('latency', 'histogram', 'set', 'nonsense'), `*2\r\n$3\r\nset\r\n${part}`);
  assert.match(a.send('latency', 'histogram', 'client'), /client\|id/);
  assert.match(a.send('latency', 'histogram', 'client|id'), /client\|id/);
  assert.match(
    textOf(a.send('info', 'latencystats')),
    /latency_percentiles_usec_set:p50=1.000,p99=1.000,p99.9=1.000\r\n/,
  );
  a.session.protocol = 3;
  assert.match(a.send('latency', 'histogram', 'set'), /^%1\r\n\$3\r\nset\r\n%2\r\n/);
  a.send('config', 'resetstat');
  assert.equal(a.send('latency', 'histogram', 'set'), '%0\r\n');
});
