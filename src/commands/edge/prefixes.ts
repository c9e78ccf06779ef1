// EDGE.PREFIXES: the key patterns that sync, as globs. Without filters that is everything.
import { edgeCommand } from './edge-command.ts';

export const command = edgeCommand({
  name: 'prefixes',
  min: 0,
  max: 0,
  summary: 'The key patterns that sync.',
  run: (call) => {
    const patterns = call.services.edge.prefixes();
    call.reply.array(patterns.length);
    for (const pattern of patterns) call.reply.bulkText(pattern);
  },
});
