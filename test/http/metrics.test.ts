import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineMetrics, formatMetrics, type Metric } from '../../src/http/metrics.ts';

const gauge = (name: string, collect: Metric['collect']): Metric => ({
  name,
  help: 'Help.',
  type: 'gauge',
  collect,
});

test('the text is the format 0.0.4: help, type, samples with escaped labels', () => {
  const metrics: Metric[] = [
    gauge('ferrite_keys', () => 3),
    {
      name: 'ferrite_commands_total',
      help: 'Commands\nby \\ name.',
      type: 'counter',
      collect: () => [{ value: 1, labels: { name: 'a"b\\c\nd', db: '0' } }, { value: 2.5 }],
    },
  ];
  assert.equal(
    formatMetrics(metrics),
    [
      '# HELP ferrite_keys Help.',
      '# TYPE ferrite_keys gauge',
      'ferrite_keys 3',
      '# HELP ferrite_commands_total Commands\\nby \\\\ name.',
      '# TYPE ferrite_commands_total counter',
      'ferrite_commands_total{name="a\\"b\\\\c\\nd",db="0"} 1',
      'ferrite_commands_total 2.5',
      '',
    ].join('\n'),
  );
});

test('what is not finite has the words of Prometheus', () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const text = formatMetrics([gauge('x', () => values.map((value) => ({ value })))]);
  assert.match(text, /x NaN\nx \+Inf\nx -Inf\n$/);
});

test('a collector that throws or has nothing to tell costs only its own metric', () => {
  const broken = gauge('broken', () => {
    throw new Error('no');
  });
  assert.match(formatMetrics([broken, gauge('none', () => undefined), gauge('x', () => 1)]), /^# HELP x /);
});

test('bad and double names are refused at start', () => {
  assert.throws(() => defineMetrics([gauge('Bad-Name', () => 1)]), /bad metric name/);
  assert.throws(() => defineMetrics([gauge('x_total', () => 1)]), /only counters/);
  assert.throws(() => defineMetrics([gauge('x', () => 1), gauge('x', () => 2)]), /twice/);
  assert.equal(defineMetrics([gauge('x', () => 1)]).length, 1);
});
