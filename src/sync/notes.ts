// How a node writes down what it remembers of its links: in blocks of the log that hold nothing else, so that they
// count as nothing that is pending for anybody. It knows no links.
import { notesSource } from '../delta/kinds.ts';
import type { SyncLedger, SyncLog } from './ports.ts';

/** A place in this node's log, with how many of the records before it were made here. */
export interface Position {
  readonly seq: number;
  readonly ownSeq: number;
}

/** Before the first record. */
export const logStart: Position = { seq: 0, ownSeq: 0 };

interface Noting {
  readonly log: Pick<SyncLog, 'id' | 'setSource' | 'commit'>;
  readonly ledger: Pick<SyncLedger, 'notes' | 'setNote'>;
}

/** How far a node had this log durably when that was last noted: for figures, what it says itself is the truth. */
export function notedPosition({ log, ledger }: Noting, nodeId: string): Position {
  const [journal, seq, ownSeq] = (ledger.notes.get(`acked:${nodeId}`) ?? '').split(',');
  return journal === log.id ? { seq: Number(seq), ownSeq: Number(ownSeq) } : logStart;
}

export function notePosition({ log, ledger }: Noting, nodeId: string, { seq, ownSeq }: Position): void {
  commitNotes(log, () => ledger.setNote(`acked:${nodeId}`, `${log.id},${seq},${ownSeq}`));
}

/** Has `write` set notes in the ledger, and commits them. */
export function commitNotes(log: Pick<SyncLog, 'setSource' | 'commit'>, write: () => void): void {
  log.setSource(notesSource);
  write();
  log.setSource('');
  log.commit(() => {});
}
