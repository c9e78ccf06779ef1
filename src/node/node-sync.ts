// The sync of this node as the rest of it sees it: started and stopped with it, shown by commands, metrics and health.
// It knows no socket.
import type { SyncSummary } from '../commands/services.ts';

export interface NodeSync {
  summary(): SyncSummary;
}
