// MOVE key db: a put of the content in another database and a clear of it in this one. https://redis.io/commands/move
import { CommandError } from '../../base/errors.ts';
import { sameObject } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readDatabase } from '../database-index.ts';
import { databaseAt } from '../keys-of.ts';
import { shipKey } from './ship-key.ts';

export const command: CommandSpec = {
  name: 'move',
  arity: 3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyElsewhere: (args) => {
    const db = databaseAt(args, 2);
    return db === undefined ? undefined : { index: 1, db };
  },
  group: 'generic',
  since: '1.0.0',
  summary: 'Moves a key to another database unless it exists there.',
  syntax: '<key> <db>',
  complexity: 'O(N), N being the size of the value',
  run: move,
};

function move(call: Call): void {
  const db = readDatabase(call, 2);
  if (db === call.session.db) throw new CommandError(sameObject);
  shipKey(call, {
    plan: (own) => {
      const to = own.store.keyspace(db);
      const isTaken = own.store.find(to, own.hashOf(1), own.buf, own.offset(1), own.length(1)) !== 0;
      const at = own.find(1);
      if (at !== 0 && !isTaken) return { at, to, key: 1 };
      own.reply.integer(0);
      return undefined;
    },
    done: (own) => {
      own.removeKey(1);
      own.notifyKey('new', db, own.buf, own.offset(1), own.length(1));
      own.notify('move_from', 1);
      own.notifyKey('move_to', db, own.buf, own.offset(1), own.length(1));
      own.reply.integer(1);
    },
  });
}
