// ACL LOAD and ACL SAVE: the users as the configured file has them, and the other way round. A file with any line that
// is wrong changes nothing. https://redis.io/commands/acl-load
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { AclFile } from '../services.ts';
import { refreshClients } from './refresh-clients.ts';
import { inOneLine } from './users.ts';

const noFile =
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER ' +
  'command and name a file for them in the configuration (server.aclfile).';

function fileCommand(name: string, summary: string, run: (call: Call) => void): CommandSpec {
  const flags = ['admin', 'noscript', 'loading', 'stale'] as const;
  return { name, arity: 2, flags, group: 'server', since: '6.0.0', summary, run };
}

export const aclLoad = fileCommand('load', 'Takes over the users of the file.', load);
export const aclSave = fileCommand('save', 'Writes the users into the file.', save);

function fileOf(call: Call): AclFile {
  const { aclFile } = call.services;
  if (aclFile === undefined) throw new CommandError(noFile);
  return aclFile;
}

function load(call: Call): void {
  const file = fileOf(call);
  let text: string;
  try {
    text = file.read();
  } catch (error) {
    throw new CommandError(`ERR Error loading ACLs, opening file '${file.path}': ${reasonOf(error)}`);
  }
  const outcome = call.services.users.load(text);
  if ('problems' in outcome) {
    throw new CommandError(
      `ERR ${inOneLine(file.path, outcome.problems)}WARNING: ACL errors detected, no change to the previously active ACL rules was performed`,
    );
  }
  const { changed } = outcome;
  refreshClients(call.services, changed, call.client);
  call.reply.ok();
}

function save(call: Call): void {
  const file = fileOf(call);
  try {
    file.write(`${call.services.users.lines().join('\n')}\n`);
  } catch (error) {
    call.services.log.warn('the file of the users could not be written', {
      file: file.path,
      error: reasonOf(error),
    });
    throw new CommandError(
      'ERR There was an error trying to save the ACLs. Please check the server logs for more information',
    );
  }
  call.reply.ok();
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
