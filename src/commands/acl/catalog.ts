// The commands as rules of access speak of them: by name, by `container|subcommand` and by category. It is made once of
// the table of commands and knows no user.
import { aclCategories, categoryNames } from '../acl-categories.ts';
import type { CommandEntry, CommandTable } from '../command-table.ts';

export class Catalog {
  /** Every command and subcommand; the id of one is its index. */
  readonly entries: readonly CommandEntry[];
  private readonly table: CommandTable;
  private readonly byCategory = new Map<string, CommandEntry[]>();

  constructor(table: CommandTable) {
    this.table = table;
    for (const name of categoryNames) this.byCategory.set(name, []);
    const entries: CommandEntry[] = [];
    for (const entry of table.entries()) {
      for (const one of [entry, ...(entry.subcommands?.entries() ?? [])]) {
        entries[one.id] = one;
        for (const name of aclCategories(one.spec)) this.byCategory.get(name)?.push(one);
      }
    }
    this.entries = entries;
  }

  /** The command of a name in lower case, of a subcommand `container|name`. */
  find(name: string): CommandEntry | undefined {
    const [first = '', second] = name.split('|', 2);
    const entry = this.table.get(first);
    return second === undefined ? entry : entry?.subcommands?.get(second);
  }

  /** The members of a category, subcommands by themselves; undefined where there is no such category. */
  members(category: string): readonly CommandEntry[] | undefined {
    return this.byCategory.get(category);
  }
}
