// PFMERGE destination [source ...]: unites HyperLogLogs into one. https://redis.io/commands/pfmerge
import { registerCount } from '../../store/hyperloglog.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

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

const united = new Uint8Array(registerCount);

function pfMerge(call: Call): void {
  const { registers } = call.store;
  united.fill(0);
  for (let i = 1; i < call.argc; i++) {
    const at = i === 1 ? call.findStringToWrite(i) : call.findString(i);
    if (at !== 0) registers.mergeEntry(united, at);
  }
  const { buf, keyspace: ks } = call;
  registers.merge({ ks, key: buf, offset: call.offset(1), length: call.length(1) }, call.find(1), united);
  call.notify('pfadd', 1);
  call.reply.ok();
}
