// What goes on between clients, put together: changes of keys, who waits for them and who is told of them. A node has
// one of each. It knows no sockets; clients are ports to which messages are handed.
import type { Store } from '../store/store.ts';
import { Attention } from './attention.ts';
import { BlockedClients } from './blocked-clients.ts';
import type { ClientPort } from './executor.ts';
import { KeyChanges, type KeyId, keyIdOf } from './key-changes.ts';
import { KeyEvents } from './key-events.ts';
import { LargeWork } from './large-work.ts';
import { Monitors } from './monitors.ts';
import { Outbox } from './outbox.ts';
import { Pause } from './pause.ts';
import { PubSub } from './pub-sub.ts';
import { type Session, SessionMode } from './session.ts';
import type { Timers } from './timers.ts';
import { Tracking } from './tracking.ts';
import { UnheldKeys } from './unheld-keys.ts';
import { WatchedKeys } from './watched-keys.ts';
import { WorkGate } from './work-gate.ts';

export interface Interplay {
  readonly attention: Attention;
  readonly changes: KeyChanges;
  readonly blocked: BlockedClients;
  readonly watched: WatchedKeys;
  readonly outbox: Outbox;
  readonly pubsub: PubSub;
  readonly events: KeyEvents;
  readonly current: CurrentClient;
  readonly monitors: Monitors;
  readonly pause: Pause;
  readonly tracking: Tracking;
  readonly timers: Timers;
  readonly largeWork: LargeWork;
  readonly unheldKeys: UnheldKeys;
  readonly workGate: WorkGate;
}

/** Whose command is being executed, where dispatch has reason to say so: a client that is tracked. */
export interface CurrentClient {
  client: ClientPort | undefined;
}

/** `joining`: whether what changes now comes from a peer. */
export function createInterplay(store: Store, timers: Timers, joining: () => boolean): Interplay {
  const attention = new Attention();
  const changes = new KeyChanges(store, (run) => timers.soon(run));
  const exists = (id: KeyId): boolean => keyExists(store, id);
  const blocked = new BlockedClients(attention, changes, timers, exists);
  const watched = new WatchedKeys(changes, exists);
  const outbox = new Outbox(changes);
  const monitors = new Monitors(attention, outbox);
  const pause = new Pause(attention, changes, timers, (isOn) => {
    store.holdsExpired = isOn;
  });
  const workGate = new WorkGate(store.atWork, attention, changes, blocked);
  const current: CurrentClient = { client: undefined };
  const tracking = new Tracking(changes, outbox, () => (joining() ? undefined : current.client));
  const pubsub = new PubSub(outbox);
  const events = new KeyEvents(
    changes,
    attention,
    (channel, message) => pubsub.publish(channel, message),
    joining,
  );
  store.onExpired = (db, key) => {
    if (events.mask !== 0) events.raise('expired', keyIdOf(db, key, 0, key.length));
  };
  store.onFieldsExpired = (db, key, isGone) => {
    if (events.mask === 0) return;
    const id = keyIdOf(db, key, 0, key.length);
    events.raise('hexpired', id);
    if (isGone) events.raise('del', id);
  };
  store.eviction.onEvicted = (db, key) => {
    if (events.mask !== 0) events.raise('evicted', keyIdOf(db, key, 0, key.length));
  };
  return {
    attention,
    current,
    changes,
    blocked,
    watched,
    outbox,
    pubsub,
    events,
    monitors,
    pause,
    tracking,
    timers,
    largeWork: new LargeWork(
      changes,
      timers,
      () => pause.isOn,
      ({ call, entry }) => workGate.concernsStill(call, entry),
    ),
    unheldKeys: new UnheldKeys(store, attention, blocked, changes, timers),
    workGate,
  };
}

/** Whether the key is there. */
export function keyExists(store: Store, id: KeyId): boolean {
  const key = Buffer.from(id.slice(1), 'latin1');
  const hash = store.hash.of(key, 0, key.length);
  return store.find(store.keyspace(id.charCodeAt(0)), hash, key, 0, key.length) !== 0;
}

/** Forgets a client that is gone or begins anew. */
export function forgetClient(interplay: Interplay, client: ClientPort): void {
  const { blocked, pause, pubsub, watched, monitors, tracking, workGate } = interplay;
  discardTransaction(watched, client.session);
  blocked.forget(client);
  pause.requests.forget(client);
  workGate.requests.forget(client);
  pubsub.forget(client);
  monitors.forget(client);
  tracking.forget(client);
  client.session.mode = 0;
}

/** Back to before MULTI, and nothing is watched any more. */
export function discardTransaction(watched: WatchedKeys, session: Session): void {
  session.transaction = undefined;
  session.mode &= ~SessionMode.multi;
  watched.unwatch(session);
}
