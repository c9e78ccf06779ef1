// One client on a rig, for tests that say much in few words: commands as lines, replies parsed. Time stands still until
// `advance`.
import type { Services } from '../../src/commands/services.ts';
import type { Store } from '../../src/store/store.ts';
import { buildMs } from '../store/new-store.ts';
import { Rig, type RigClient, type RigOptions, requestOf } from './command-rig.ts';
import { parseReply, type Reply, ReplyError } from './parse-reply.ts';

/** Turns that a command in slices takes at most. */
const turnsMax = 10_000;

export type Argument = string | number | Uint8Array;

export interface NodeOptions extends Pick<RigOptions, 'memoryBytes' | 'sliceSizes' | 'store'> {
  readonly services?: Partial<Services>;
  /** The time to start at, Unix ms. */
  readonly nowMs?: number;
}

export class CommandNode {
  readonly rig: Rig;
  readonly client: RigClient;

  constructor(options: NodeOptions = {}) {
    const { services, nowMs, ...rig } = options;
    this.rig = new Rig(rig);
    Object.assign(this.rig.services, services);
    this.rig.advance((nowMs ?? buildMs + 1000) - this.rig.nowMs);
    this.client = this.rig.connect();
  }

  get store(): Store {
    return this.rig.store;
  }

  get services(): Services {
    return this.rig.services;
  }

  get nowMs(): number {
    return this.rig.nowMs;
  }

  advance(ms: number): void {
    this.rig.advance(ms);
  }

  /** Runs one command, each argument a value of its own (text as latin1), and returns the bytes of its reply. */
  bytes(...args: Argument[]): Buffer {
    const words = args.map((one) => (typeof one === 'number' ? String(one) : one));
    return this.client.execute(requestOf(words, 'latin1'));
  }

  /**
   * Runs one command, each argument a value of its own, and returns its parsed reply. What is done in slices is done to
   * its end.
   */
  call(...args: Argument[]): Reply {
    let bytes = this.bytes(...args);
    for (let turns = 0; bytes.length === 0 && turns < turnsMax; turns++) {
      this.rig.timers.endTurn();
      bytes = Buffer.from(this.client.lateNow());
    }
    const parsed = parseReply(bytes, 0);
    if (parsed === undefined || parsed.end !== bytes.length) throw new Error(`not one reply: ${bytes}`);
    return parsed.value;
  }

  /** Runs one command written as words, `""` for an empty one; an error reply comes back as its text behind a minus. */
  run(line: string): Reply {
    const reply = this.call(...line.split(' ').map((word) => (word === '""' ? '' : word)));
    return reply instanceof ReplyError ? `-${reply.message}` : reply;
  }
}
