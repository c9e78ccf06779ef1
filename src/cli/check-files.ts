// What --check says of the files that a configuration names: they are read as a start would read them. It opens no file
// by itself and prints nothing.
import { Catalog } from '../commands/acl/catalog.ts';
import { Users } from '../commands/acl/users.ts';
import { CommandTable } from '../commands/command-table.ts';
import { commandList } from '../commands/list.generated.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { authorityProblems } from '../sync/authorities.ts';

/** Text of a file; throws as node:fs does. */
type ReadFile = (path: string, encoding?: 'latin1') => string;

function aclProblems(loaded: LoadedConfig, path: string, text: string): string[] {
  const users = new Users(new Catalog(new CommandTable(commandList)), loaded.config['server.requirepass']);
  const outcome = users.load(text);
  const allowed = 'allowed: lines as ACL SAVE writes them, `user NAME RULE ...`';
  if (!('problems' in outcome)) return [];
  return outcome.problems.map(
    ({ line, problem }) => `${path}:${line}: server.aclfile: found ${problem}, ${allowed}`,
  );
}

/** Every mistake in the files that `loaded` names: file, line, key, what was found and what is allowed. */
export function fileProblems(loaded: LoadedConfig, readFile: ReadFile): string[] {
  const problemsOf = (
    key: 'server.aclfile' | 'sync.ca',
    encoding: 'latin1' | undefined,
    judge: (path: string, text: string) => string[],
  ): string[] => {
    const path = loaded.config[key];
    if (path === undefined || path === '') return [];
    let text: string;
    try {
      text = readFile(path, encoding);
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
      const where = loaded.where.get(key) ?? 'default';
      return [`${where}: ${key}: found ${path} (${reason}), allowed: a file that can be read`];
    }
    return judge(path, text);
  };
  return [
    ...problemsOf('server.aclfile', 'latin1', (path, text) => aclProblems(loaded, path, text)),
    ...problemsOf('sync.ca', undefined, authorityProblems),
  ];
}
