// Commands on keys in whose midst work is (store/keys-at-work.ts): they wait until it has ended, and then run as if
// they had come then, in the order in which they came. For who cannot wait the work is done at once. It knows no
// command by name; dispatch asks it only while there is such work.
import type { KeysAtWork } from '../store/keys-at-work.ts';
import { type Attention, AttentionBit } from './attention.ts';
import type { BlockedClients, Waiter } from './blocked-clients.ts';
import type { Call } from './call.ts';
import type { CommandEntry } from './command-table.ts';
import { HeldRequests } from './held-requests.ts';
import type { KeyChanges } from './key-changes.ts';
import { commandsOf, namedKeys } from './named-keys.ts';

export class WorkGate {
  readonly requests = new HeldRequests();
  private readonly atWork: KeysAtWork;
  private readonly blocked: BlockedClients;
  /** Those who could have been served meanwhile, had they not named a key at work as well. */
  private readonly postponed = new Set<Waiter>();
  /** Whether commands are concerned by the work that is under way when so many have ended. */
  private readonly looked = new WeakMap<Call, { readonly ended: number; readonly isConcerned: boolean }>();

  constructor(atWork: KeysAtWork, attention: Attention, changes: KeyChanges, blocked: BlockedClients) {
    this.atWork = atWork;
    this.blocked = blocked;
    changes.settlers.push(() => this.release());
    atWork.onChange = () => {
      attention.set(AttentionBit.atWork, atWork.isAny);
      if (!atWork.isAny) changes.pend();
    };
  }

  /** Whether the command of the call, or one of EXEC's, names a key at work, or all there are. */
  concerns(call: Call, entry: CommandEntry): boolean {
    const { atWork } = this;
    if (!atWork.isAny) return false;
    return commandsOf(call, entry).some(
      (request) =>
        request.entry.spec.concernsAllKeys === true ||
        namedKeys(call, request).some(({ ks, key }) => atWork.has(ks.id, key, 0, key.length)),
    );
  }

  /** The same for a command that is asked of again and again, always by the same call: it is looked through once. */
  concernsStill(call: Call, entry: CommandEntry): boolean {
    const { atWork, looked } = this;
    if (!atWork.isAny) return false;
    const known = looked.get(call);
    if (known?.ended === atWork.ended) return known.isConcerned;
    const isConcerned = this.concerns(call, entry);
    // What others hold may come to name other keys.
    if (entry.spec.keysBehind === undefined) looked.set(call, { ended: atWork.ended, isConcerned });
    return isConcerned;
  }

  /** Keeps the request of the call for later where it has to wait. */
  holds(call: Call, entry: CommandEntry): boolean {
    if (!this.concerns(call, entry)) return false;
    const { client, session } = call;
    if (client === undefined || (session.denyBlocking && client.mayWait !== true)) {
      this.atWork.hurry();
      return false;
    }
    this.requests.hold(call, call.defer());
    return true;
  }

  /** Whether a client that waits for keys cannot be served yet, for which `call` is made ready. */
  postpones(call: Call, waiter: Waiter): boolean {
    if (!this.concerns(call, waiter.entry)) return false;
    this.postponed.add(waiter);
    return true;
  }

  private release(): void {
    if (this.atWork.isAny) return;
    for (const { ids } of this.postponed) for (const id of ids) this.blocked.touched(id);
    this.postponed.clear();
    this.requests.release();
  }
}
