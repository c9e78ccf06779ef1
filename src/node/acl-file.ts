// The file of the users on the disk: read at the start and by ACL LOAD, replaced as one step by ACL SAVE. Its bytes are
// handled as latin1, and nobody but its owner may read it, for it holds the digests of passwords.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FerriteError } from '../base/errors.ts';
import type { Users } from '../commands/acl/users.ts';
import type { AclFile } from '../commands/services.ts';

/** Undefined where no file is configured. */
export function openAclFile(name: string | undefined): AclFile | undefined {
  if (name === undefined || name === '') return undefined;
  const path = resolve(name);
  return {
    path,
    read: () => readFileSync(path, 'latin1'),
    write: (text) => {
      const draft = `${path}.tmp`;
      try {
        writeFileSync(draft, text, { encoding: 'latin1', mode: 0o600, flush: true });
        renameSync(draft, path);
      } catch (error) {
        rmSync(draft, { force: true });
        throw error;
      }
    },
  };
}

/** Throws FerriteError CONFIG where the file cannot be read or a line of it is wrong. */
export function loadUsers(users: Users, file: AclFile): void {
  let text: string;
  try {
    text = file.read();
  } catch (error) {
    throw new FerriteError(
      'CONFIG',
      `server.aclfile: ${error instanceof Error ? error.message : error}`,
      error,
    );
  }
  const outcome = users.load(text, file.path);
  if ('problems' in outcome)
    throw new FerriteError('CONFIG', `server.aclfile: ${outcome.problems.trimEnd()}`);
}
