// EDGE.STATUS: current state of the sync: link, pending operations, last sync. A map in RESP3, a flat array of names
// and values in RESP2.
import { edgeCommand, replyRows } from './edge-command.ts';

export const command = edgeCommand({
  name: 'status',
  min: 0,
  max: 0,
  summary: 'Current state of the sync: link, pending operations, last sync.',
  run: (call) => replyRows(call, call.services.edge.status()),
});
