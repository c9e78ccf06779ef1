// The traffic counters of this machine, as Linux lists them in /proc/net/dev: two header lines, then a line for each
// interface, `name: ` and eight numbers received and eight sent. Pure text in, figures out; the loopback interface is
// left out because its traffic crosses no network.

export interface NetworkCounters {
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Packets that were faulty or dropped, in both directions. */
  readonly faults: number;
}

const receivedBytesAt = 0;
const receivedErrorsAt = 2;
const receivedDropsAt = 3;
const sentBytesAt = 8;
const sentErrorsAt = 10;
const sentDropsAt = 11;

/** Sums over all interfaces but `lo`; undefined where the text has none. */
export function parseNetworkCounters(text: string): NetworkCounters | undefined {
  let found = false;
  let receivedBytes = 0;
  let sentBytes = 0;
  let faults = 0;
  for (const line of text.split('\n')) {
    const match = /^\s*([^\s:]+):\s*(.*)$/.exec(line);
    if (match === null || match[1] === 'lo') continue;
    const numbers = (match[2] ?? '').trim().split(/\s+/).map(Number);
    if (numbers.length < 16 || numbers.some(Number.isNaN)) continue;
    found = true;
    const at = (index: number): number => numbers[index] ?? 0;
    receivedBytes += at(receivedBytesAt);
    sentBytes += at(sentBytesAt);
    faults += at(receivedErrorsAt) + at(receivedDropsAt) + at(sentErrorsAt) + at(sentDropsAt);
  }
  return found ? { receivedBytes, sentBytes, faults } : undefined;
}
