// EDGE.RESOURCES: memory, disk, CPU, network and battery of this device, sampled now, with the level of each.
import { edgeCommand, reasonOf, replyRows } from './edge-command.ts';

export const command = edgeCommand({
  name: 'resources',
  min: 0,
  max: 0,
  summary: 'Memory, disk, CPU, network and battery of this device.',
  run: (call) => {
    const later = call.defer();
    call.services.edge.resources().then(
      (rows) => later.resume((reply) => replyRows({ reply }, rows)),
      (error: unknown) => later.resume((reply) => reply.error(`ERR ${reasonOf(error)}`)),
    );
  },
});
