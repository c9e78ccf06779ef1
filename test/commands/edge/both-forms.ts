// The EDGE family's tests ask each command in both its forms, by two clients: one with RESP2, one with RESP3.
import assert from 'node:assert/strict';
import { Rig, type RigClient } from '../command-rig.ts';

export interface EdgeRig {
  readonly rig: Rig;
  readonly resp2: RigClient;
  readonly resp3: RigClient;
}

export function edgeRig(): EdgeRig {
  const rig = new Rig();
  const [resp2, resp3] = [rig.connect(), rig.connect()];
  resp3.send('HELLO', '3');
  return { rig, resp2, resp3 };
}

/** The reply to `EDGE.<NAME> args` and to `EDGE <name> args`, which must be the same. */
export function both(client: RigClient, name: string, ...args: string[]): string {
  const dotted = client.send(`EDGE.${name.toUpperCase()}`, ...args);
  assert.equal(client.send('edge', name, ...args), dotted);
  return dotted;
}

/** One argument more than a command takes, in both forms. */
export function refusesMore(client: RigClient, name: string): void {
  assert.equal(
    client.send(`EDGE.${name.toUpperCase()}`, 'x'),
    `-ERR wrong number of arguments for 'edge.${name}' command\r\n`,
  );
  assert.equal(
    client.send('EDGE', name, 'x'),
    `-ERR wrong number of arguments for 'edge|${name}' command\r\n`,
  );
}
