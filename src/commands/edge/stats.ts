// EDGE.STATS: counters of the sync and the store. A map in RESP3, a flat array of names and values in RESP2.
import { edgeCommand, replyRows } from './edge-command.ts';

export const command = edgeCommand({
  name: 'stats',
  min: 0,
  max: 0,
  summary: 'Counters of the sync and the store.',
  run: (call) => replyRows(call, call.services.edge.stats()),
});
