// WATCH: which clients watch which keys, and that a change of one of them, by whomever, spoils the client's next EXEC.
// A flush or a swap of databases spoils it only for keys that are or were there. It listens to changes only while
// somebody watches.

import { DeltaKind } from '../delta/kinds.ts';
import type { ChangeListener, KeyChanges, KeyId } from './key-changes.ts';
import { type Session, SessionMode } from './session.ts';

interface Watch {
  readonly session: Session;
  readonly id: KeyId;
  /** Whether the key was there when the watch began. Any change since has spoilt the watch. */
  readonly existed: boolean;
}

export class WatchedKeys implements ChangeListener {
  private readonly changes: KeyChanges;
  private readonly exists: (id: KeyId) => boolean;
  private readonly byKey = new Map<KeyId, Map<Session, Watch>>();
  private readonly bySession = new Map<Session, Map<KeyId, Watch>>();

  /** `exists`: whether a key is there; forgets it where it has expired. */
  constructor(changes: KeyChanges, exists: (id: KeyId) => boolean) {
    this.changes = changes;
    this.exists = exists;
  }

  /** The session watches a key from now on. */
  watch(session: Session, id: KeyId): void {
    const own = this.bySession.get(session) ?? new Map<KeyId, Watch>();
    if (own.has(id)) return;
    const watch = { session, id, existed: this.exists(id) };
    if (this.bySession.size === 0) this.changes.listen(this);
    this.bySession.set(session, own);
    own.set(id, watch);
    const watches = this.byKey.get(id);
    if (watches === undefined) this.byKey.set(id, new Map([[session, watch]]));
    else watches.set(session, watch);
  }

  /** The session watches nothing any more, and nothing has spoilt its next EXEC. */
  unwatch(session: Session): void {
    session.mode &= ~SessionMode.spoilt;
    const own = this.bySession.get(session);
    if (own === undefined) return;
    this.bySession.delete(session);
    for (const id of own.keys()) {
      const watches = this.byKey.get(id);
      watches?.delete(session);
      if (watches?.size === 0) this.byKey.delete(id);
    }
    if (this.bySession.size === 0) this.changes.unlisten(this);
  }

  /** Whether a key that the session watches has changed, also by expiring just now. */
  isSpoilt(session: Session): boolean {
    for (const { id, existed } of this.bySession.get(session)?.values() ?? []) if (existed) this.exists(id);
    return (session.mode & SessionMode.spoilt) !== 0;
  }

  touched(id: KeyId): void {
    const watches = this.byKey.get(id);
    if (watches === undefined) return;
    for (const { session } of watches.values()) session.mode |= SessionMode.spoilt;
  }

  replaced(db: number, kind: number): void {
    for (const [id, watches] of this.byKey) {
      if (id.charCodeAt(0) !== db) continue;
      const isThere = kind === DeltaKind.mapDb && this.exists(id);
      for (const { session, existed } of watches.values()) {
        if (existed || isThere) session.mode |= SessionMode.spoilt;
      }
    }
  }
}
