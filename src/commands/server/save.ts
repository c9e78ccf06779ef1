// SAVE: writes a snapshot and answers when it is on the disk. Other clients are served meanwhile.
// https://redis.io/commands/save
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { journalToSave } from './snapshot.ts';

export const command: CommandSpec = {
  name: 'save',
  arity: 1,
  flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
  group: 'server',
  since: '1.0.0',
  summary: 'Writes a snapshot and waits for it.',
  complexity: 'O(1); the snapshot is written in slices, and the reply waits for it',
  run: save,
};

function save(call: Call): void {
  const journal = journalToSave(call, 'ERR Background save already in progress');
  const deferral = call.defer();
  journal.snapshot().then(
    () => deferral.resume((reply) => reply.ok()),
    () => deferral.resume((reply) => reply.error('ERR the snapshot could not be written; see the log')),
  );
}
