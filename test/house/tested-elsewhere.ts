// Modules of src that no test of their own folder reaches, each with the test file that holds them to their word. The
// tidy test checks that both are there.

export const testedElsewhere: Readonly<Record<string, string>> = {
  'src/delta/copy-record.ts': 'test/store/join.test.ts',
  'src/delta/vector.ts': 'test/store/ledger.test.ts',
  'src/resp/errors.ts': 'test/server/listener.test.ts',
  'src/sync/greeting.ts': 'test/sim/fleet.test.ts',
  'src/sync/hub.ts': 'test/sim/fleet.test.ts',
  'src/sync/limits.ts': 'test/sim/fleet.test.ts',
  'src/sync/link.ts': 'test/sim/fleet.test.ts',
  'src/sync/peer.ts': 'test/sim/fleet.test.ts',
  'src/sync/ports.ts': 'test/sim/fleet.test.ts',
  'src/sync/receiver.ts': 'test/sim/fleet.test.ts',
  'src/sync/sender.ts': 'test/sim/fleet.test.ts',
};
