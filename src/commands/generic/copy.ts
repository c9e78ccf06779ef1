// COPY source destination [DB n] [REPLACE]: a put of the source's content. https://redis.io/commands/copy
import { CommandError } from '../../base/errors.ts';
import { sameObject } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readDatabase } from '../database-index.ts';
import { databaseAt, isWord } from '../keys-of.ts';
import { shipKey } from './ship-key.ts';

export const command: CommandSpec = {
  name: 'copy',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 2, step: 1 },
  keySpecs: [
    { flags: ['RO', 'access'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['OW', 'update'], begin: 2, find: { last: 0, step: 1 } },
  ],
  keyElsewhere: (args) => {
    for (let i = 3; i < args.argc - 1; i++) {
      const db = isWord(args, i, 'db') ? databaseAt(args, i + 1) : undefined;
      if (db !== undefined) return { index: 2, db };
    }
    return undefined;
  },
  group: 'generic',
  since: '6.2.0',
  summary: 'Copies the value and the deadline of a key to another key.',
  syntax: '<source> <destination> [DB <destination-db>] [REPLACE]',
  complexity: 'O(N), N being the size of the value',
  run: copy,
};

function copy(call: Call): void {
  let db = call.session.db;
  let replaces = false;
  for (let i = 3; i < call.argc; i++) {
    if (call.is(i, 'replace')) replaces = true;
    else if (call.is(i, 'db') && i + 1 < call.argc) db = readDatabase(call, ++i);
    else call.syntaxError();
  }
  if (db === call.session.db && call.sameBytes(1, 2)) throw new CommandError(sameObject);
  call.findRead(1);
  shipKey(call, {
    plan: (own) => {
      const to = own.store.keyspace(db);
      const isTaken = own.store.find(to, own.hashOf(2), own.buf, own.offset(2), own.length(2)) !== 0;
      const at = own.find(1);
      if (at !== 0 && (replaces || !isTaken)) return { at, to, key: 2 };
      own.reply.integer(0);
      return undefined;
    },
    done: (own) => {
      own.notifyKey('new', db, own.buf, own.offset(2), own.length(2));
      own.notifyKey('copy_to', db, own.buf, own.offset(2), own.length(2));
      own.reply.integer(1);
    },
  });
}
