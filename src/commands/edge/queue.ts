// EDGE.QUEUE: what waits to be sent to the hub. A map in RESP3, a flat array of names and values in RESP2.
import { edgeCommand, replyRows } from './edge-command.ts';

export const command = edgeCommand({
  name: 'queue',
  min: 0,
  max: 0,
  summary: 'What waits to be sent to the hub.',
  run: (call) => replyRows(call, call.services.edge.queue()),
});
