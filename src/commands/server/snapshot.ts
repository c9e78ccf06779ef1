// What SAVE, BGSAVE and BGREWRITEAOF share: each of them writes a snapshot of the store, behind which the journal
// begins anew.
import { CommandError } from '../../base/errors.ts';
import type { DeltaLog } from '../../journal/delta-log.ts';
import type { Call } from '../call.ts';

/** The journal to save with. Throws where nothing is kept on a disk, or `busy` while a snapshot is being written. */
export function journalToSave(call: Call, busy: string): DeltaLog {
  const { journal, persistent } = call.services;
  if (journal === undefined || !persistent) throw new CommandError('ERR persistence is off');
  if (journal.save.inProgress) throw new CommandError(busy);
  return journal;
}

/** Starts a snapshot; how it ends is in the log, where the journal says it, and in INFO. */
export function saveInBackground(journal: DeltaLog): void {
  journal.snapshot().catch(() => {});
}
