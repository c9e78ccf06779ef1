// PFMERGE destination [source ...]: unites HyperLogLogs into one. https://redis.io/commands/pfmerge
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { uniteKeys } from './unite-keys.ts';

export const command: CommandSpec = {
  name: 'pfmerge',
  arity: -2,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: -1, step: 1 },
  keySpecs: [
    { flags: ['RW', 'access', 'insert'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['RO', 'access'], begin: 2, find: { last: -1, step: 1 } },
  ],
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Unites HyperLogLogs into the first of them.',
  syntax: '<destkey> [<sourcekey:key> ...]',
  complexity: 'O(N), N being the number of keys',
  run: pfMerge,
};

function pfMerge(call: Call): void {
  uniteKeys(call, (own, united) => {
    const { store, buf, keyspace: ks } = own;
    const where = { ks, key: buf, offset: own.offset(1), length: own.length(1) };
    store.registers.merge(where, own.find(1), united);
    own.notify('pfadd', 1);
    own.reply.ok();
  });
}
