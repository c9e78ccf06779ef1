// RANDOMKEY: a key picked at random; expired ones that it comes upon are purged. https://redis.io/commands/randomkey
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'randomkey',
  arity: 1,
  flags: ['readonly'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Returns a random key of the database.',
  complexity: 'O(1)',
  run: randomKey,
};

function randomKey(call: Call): void {
  const { store, keyspace, reply } = call;
  const { entries, arena } = store;
  // Ends, because every turn but the last purges a key.
  for (;;) {
    const at = keyspace.table.sample(store.random);
    if (at === 0) {
      reply.nil();
      return;
    }
    const offset = entries.keyOffset(at);
    const length = entries.keyLength(at);
    if (!store.isExpired(at)) {
      reply.bulk(arena.u8, offset, length);
      return;
    }
    store.find(keyspace, store.hashOfEntry(at), arena.u8, offset, length);
  }
}
