// The ACL categories of a command: what its flags and group imply, and what it names itself. It knows no user and no
// rule; COMMAND shows them. https://redis.io/docs/management/security/acl
import type { CommandGroup, CommandSpec } from './command.ts';

const ofGroup: Partial<Record<CommandGroup, string>> = {
  string: 'string',
  bitmap: 'bitmap',
  hyperloglog: 'hyperloglog',
  hash: 'hash',
  list: 'list',
  set: 'set',
  'sorted-set': 'sortedset',
  stream: 'stream',
  geo: 'geo',
  generic: 'keyspace',
  connection: 'connection',
  transactions: 'transaction',
  scripting: 'scripting',
  edge: 'edge',
};

/** All categories, in the order that ACL CAT shows them; `edge` is ours. */
export const categoryNames: readonly string[] = [
  'keyspace',
  'read',
  'write',
  'set',
  'sortedset',
  'list',
  'hash',
  'string',
  'bitmap',
  'hyperloglog',
  'geo',
  'stream',
  'pubsub',
  'admin',
  'fast',
  'slow',
  'blocking',
  'dangerous',
  'connection',
  'transaction',
  'scripting',
  'edge',
];

const ofSomeGroup = new Set(Object.values(ofGroup));

/** Names without the `@`, each once. What names the category of another group is of that one, as SORT and WAIT are. */
export function aclCategories(spec: CommandSpec): string[] {
  const { flags } = spec;
  // What may be done with a container is its subcommands' to say.
  if (spec.subcommands !== undefined && spec.run === undefined) return ['slow'];
  const names = new Set<string>();
  if (flags.includes('write')) names.add('write');
  // A script must be allowed in so many words, whatever it promises to do.
  if (flags.includes('readonly') && spec.group !== 'scripting') names.add('read');
  const isOfAnother = spec.categories?.some((name) => ofSomeGroup.has(name)) === true;
  const group = isOfAnother ? undefined : ofGroup[spec.group];
  if (group !== undefined) names.add(group);
  if (flags.includes('pubsub')) names.add('pubsub');
  if (flags.includes('admin')) names.add('admin');
  names.add(flags.includes('fast') ? 'fast' : 'slow');
  if (flags.includes('blocking')) names.add('blocking');
  if (flags.includes('admin')) names.add('dangerous');
  for (const name of spec.categories ?? []) names.add(name);
  return [...names];
}
