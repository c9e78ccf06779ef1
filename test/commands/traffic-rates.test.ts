import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrafficRates } from '../../src/commands/traffic-rates.ts';

test('rates are averages over the samples', () => {
  const rates = new TrafficRates();
  assert.equal(rates.commandsPerSecond, 0);
  for (let i = 0; i <= 40; i++)
    rates.sample(i * 100, { commands: i * 50, bytesIn: i * 10, bytesOut: i * 20 });
  assert.equal(rates.commandsPerSecond, 500);
  assert.equal(rates.bytesInPerSecond, 100);
  assert.equal(rates.bytesOutPerSecond, 200);
});

test('totals that were reset start the averages over', () => {
  const rates = new TrafficRates();
  rates.sample(0, { commands: 1000, bytesIn: 1000, bytesOut: 1000 });
  rates.sample(100, { commands: 0, bytesIn: 1100, bytesOut: 1100 });
  assert.equal(rates.commandsPerSecond, 0);
  rates.sample(200, { commands: 10, bytesIn: 1200, bytesOut: 1100 });
  assert.equal(rates.commandsPerSecond, 100);
});
