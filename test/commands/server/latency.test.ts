import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig, textOf } from '../command-rig.ts';

test('LATENCY keeps the spikes of each event, one a second, the worst of it', () => {
  const rig = new Rig();
  const a = rig.connect();
  assert.match(textOf(a.send('latency', 'doctor')), /not watched/);
  a.send('config', 'set', 'latency-monitor-threshold', '10');
  assert.match(textOf(a.send('latency', 'doctor')), /Nothing/);
  const { latency } = rig.services;
  const second = Math.floor(rig.nowMs / 1000);
  latency.note('command', 20_000, rig.nowMs);
  latency.note('command', 30_000, rig.nowMs + 1);
  latency.note('command', 5000, rig.nowMs + 2000);
  latency.note('command', 15_000, rig.nowMs + 2000);
  assert.equal(a.send('latency', 'latest'), `*1\r\n*4\r\n$7\r\ncommand\r\n:${second + 2}\r\n:15\r\n:30\r\n`);
  assert.equal(
    a.send('latency', 'history', 'command'),
    `*2\r\n*2\r\n:${second}\r\n:30\r\n*2\r\n:${second + 2}\r\n:15\r\n`,
  );
  const graph = textOf(a.send('latency', 'graph', 'command'));
  assert.match(graph, /^command - high 30 ms, low 15 ms \(all time high 30 ms\)\n-{80}\n#\n#\n#\n##\n$/);
  assert.match(textOf(a.send('latency', 'doctor')), /command: 2 spikes, 23 ms on average, 30 ms at worst/);
  assert.equal(a.send('latency', 'reset', 'command', 'other'), ':1\r\n');
  assert.equal(a.send('latency', 'latest'), '*0\r\n');
});

test('no more samples are kept than are shown', () => {
  const rig = new Rig();
  const { latency } = rig.services;
  latency.thresholdUsec = 1000;
  for (let i = 0; i < 500; i++) latency.note('command', 2000, i * 1000);
  assert.equal(latency.events.get('command')?.samples.length, 160);
  assert.match(textOf(rig.connect().send('latency', 'graph', 'command')), /\n#{80}\n$/);
});
