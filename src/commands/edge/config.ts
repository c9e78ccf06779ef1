// EDGE.CONFIG: the configuration in effect, secrets hidden. A map in RESP3, a flat array of names and values in RESP2.
import { edgeCommand, replyRows } from './edge-command.ts';

export const command = edgeCommand({
  name: 'config',
  min: 0,
  max: 0,
  summary: 'The configuration in effect, secrets hidden.',
  run: (call) => replyRows(call, call.services.edge.config()),
});
