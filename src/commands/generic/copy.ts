// COPY source destination [DB n] [REPLACE]: a put of the source's content. https://redis.io/commands/copy
import { CommandError } from '../../base/errors.ts';
import { sameObject } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readDatabase } from '../database-index.ts';

export const command: CommandSpec = {
  name: 'copy',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 2, step: 1 },
  keySpecs: [
    { flags: ['RO', 'access'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['OW', 'update'], begin: 2, find: { last: 0, step: 1 } },
  ],
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
  const { store, buf } = call;
  const target = store.keyspace(db);
  const isTaken = store.find(target, call.hashOf(2), buf, call.offset(2), call.length(2)) !== 0;
  const at = call.findRead(1);
  if (at === 0 || (isTaken && !replaces)) {
    call.reply.integer(0);
    return;
  }
  store.ship(at, target, buf, call.offset(2), call.length(2));
  call.notifyKey('copy_to', db, buf, call.offset(2), call.length(2));
  call.reply.integer(1);
}
