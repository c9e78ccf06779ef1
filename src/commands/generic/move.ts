// MOVE key db: a put of the content in another database and a clear of it in this one. https://redis.io/commands/move
import { CommandError } from '../../base/errors.ts';
import { sameObject } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readDatabase } from '../database-index.ts';

export const command: CommandSpec = {
  name: 'move',
  arity: 3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'generic',
  since: '1.0.0',
  summary: 'Moves a key to another database unless it exists there.',
  syntax: '<key> <db>',
  complexity: 'O(N), N being the size of the value',
  run: move,
};

function move(call: Call): void {
  const { store, buf } = call;
  const db = readDatabase(call, 2);
  if (db === call.session.db) throw new CommandError(sameObject);
  const target = store.keyspace(db);
  const [offset, length] = [call.offset(1), call.length(1)];
  const isTaken = store.find(target, call.hashOf(1), buf, offset, length) !== 0;
  const at = call.find(1);
  if (at === 0 || isTaken) {
    call.reply.integer(0);
    return;
  }
  store.ship(at, target, buf, offset, length);
  call.removeKey(1);
  call.notify('move_from', 1);
  call.notifyKey('move_to', db, buf, offset, length);
  call.reply.integer(1);
}
