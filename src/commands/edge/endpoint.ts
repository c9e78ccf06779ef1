// EDGE.ENDPOINT: the WebSocket address at which this node accepts edges; nil where it accepts none. An edge whose
// hub_url is redis:// asks this.
import { edgeCommand } from './edge-command.ts';

export const command = edgeCommand({
  name: 'endpoint',
  min: 0,
  max: 0,
  summary: 'The WebSocket address for edges, nil where none are accepted.',
  run: (call) => {
    const url = call.services.edge.endpoint();
    if (url === undefined) call.reply.nil();
    else call.reply.bulkText(url);
  },
});
