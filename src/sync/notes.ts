// How a node writes down what it remembers of its links: in blocks of the log that hold nothing else, so that they
// count as nothing that is pending for anybody. It knows no links.
import { notesSource } from '../delta/kinds.ts';
import type { SyncLog } from './ports.ts';

/** Has `write` set notes in the ledger, and commits them. */
export function commitNotes(log: Pick<SyncLog, 'setSource' | 'commit'>, write: () => void): void {
  log.setSource(notesSource);
  write();
  log.setSource('');
  log.commit(() => {});
}
