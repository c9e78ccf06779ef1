// The file of the users on the disk: read at the start and by ACL LOAD, replaced as one step by ACL SAVE. Its bytes are
// handled as latin1, and nobody but its owner may read it, for it holds the digests of passwords.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FerriteError } from '../base/errors.ts';
import { inOneLine, type Users } from '../commands/acl/users.ts';
import type { AclFile } from '../commands/services.ts';
import { replaceFile } from './replace-file.ts';

/** Undefined where no file is configured. */
export function openAclFile(name: string | undefined): AclFile | undefined {
  if (name === undefined || name === '') return undefined;
  const path = resolve(name);
  return {
    path,
    read: () => readFileSync(path, 'latin1'),
    write: (text) => replaceFile(path, text, 'latin1', 0o600),
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
  const outcome = users.load(text);
  if ('problems' in outcome)
    throw new FerriteError('CONFIG', `server.aclfile: ${inOneLine(file.path, outcome.problems).trimEnd()}`);
}
