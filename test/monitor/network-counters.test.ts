import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNetworkCounters } from '../../src/monitor/network-counters.ts';

const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 99999999   10    9    9    0     0          0         0 99999999   10    9    9    0     0       0          0
  eth0: 1000       20    1    2    0     0          0         0 2000       10    3    4    0     0       0          0
wlan0:500 20 0 0 0 0 0 0 70 10 0 0 0 0 0 0
`;

test('interfaces are summed, the loopback left out', () => {
  assert.deepEqual(parseNetworkCounters(text), { receivedBytes: 1500, sentBytes: 2070, faults: 10 });
});

test('a text without interfaces tells nothing', () => {
  for (const none of ['', 'lo: 1', 'eth0: 1 2 3', text.split('\n').slice(0, 3).join('\n')]) {
    assert.equal(parseNetworkCounters(none), undefined);
  }
});
