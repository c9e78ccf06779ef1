// EDGE.CLOCK: the version vector: the last stamp known of every origin. A map in RESP3, a flat array of names and
// values in RESP2.
import { edgeCommand, replyRows } from './edge-command.ts';

export const command = edgeCommand({
  name: 'clock',
  min: 0,
  max: 0,
  summary: 'The version vector: the last stamp known of every origin.',
  run: (call) => replyRows(call, call.services.edge.clock()),
});
