// The command line as a value: pure, no process, no console. What the words mean is said here once, in a table of flags
// from which --help is written too; what is then done is program.ts's business.

import type { Setting } from '../config/setting.ts';
import { suggest } from '../config/suggest.ts';

/** What the user asked for. `settings` are configuration, strongest last. */
export type Invocation =
  | {
      readonly kind: 'serve' | 'check-config';
      readonly configFile?: string;
      readonly settings: readonly Setting[];
    }
  | { readonly kind: 'ping' | 'status'; readonly configFile?: string; readonly settings: readonly Setting[] }
  | { readonly kind: 'check'; readonly dir: string; readonly repair: boolean }
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'mistake'; readonly message: string };

type Subcommand = 'ping' | 'status' | 'check';
type Place = 'serve' | Subcommand;

export interface Flag {
  readonly name: string;
  /** Name of its value for --help; absent where it takes none. */
  readonly value?: string;
  readonly meaning: string;
  readonly places: readonly Place[];
  /** The configuration key it is short for. */
  readonly key?: string;
}

export const flags: readonly Flag[] = [
  {
    name: '--config',
    value: 'FILE',
    meaning: 'read configuration from a TOML file',
    places: ['serve', 'ping', 'status'],
  },
  {
    name: '--port',
    value: 'N',
    meaning: 'server.port',
    places: ['serve', 'ping', 'status'],
    key: 'server.port',
  },
  { name: '--bind', value: 'ADDRESS', meaning: 'server.bind', places: ['serve'], key: 'server.bind' },
  {
    name: '--host',
    value: 'HOST',
    meaning: 'where the node is',
    places: ['ping', 'status'],
    key: 'server.bind',
  },
  { name: '--dir', value: 'DIR', meaning: 'persistence.dir', places: ['serve'], key: 'persistence.dir' },
  { name: '--mode', value: 'edge|hub', meaning: 'edge.mode', places: ['serve'], key: 'edge.mode' },
  { name: '--hub-url', value: 'URL', meaning: 'edge.hub_url', places: ['serve'], key: 'edge.hub_url' },
  { name: '--node-id', value: 'ID', meaning: 'edge.node_id', places: ['serve'], key: 'edge.node_id' },
  {
    name: '--set',
    value: 'KEY=VALUE',
    meaning: 'any other key; may be repeated',
    places: ['serve', 'ping', 'status'],
  },
  {
    name: '--check',
    meaning: 'print the configuration in effect and exit: 0 valid, 2 not',
    places: ['serve'],
  },
  { name: '--repair', meaning: 'cut off what is corrupt, after saying what is lost', places: ['check'] },
  { name: '--version', meaning: 'print the version and exit', places: ['serve', 'ping', 'status', 'check'] },
  { name: '--help', meaning: 'print this and exit', places: ['serve', 'ping', 'status', 'check'] },
];

export const subcommands: readonly {
  readonly name: Subcommand;
  readonly usage: string;
  readonly meaning: string;
}[] = [
  { name: 'ping', usage: 'ping', meaning: 'exit 0 if a node answers, else 1' },
  { name: 'status', usage: 'status', meaning: 'print EDGE.STATUS of a node' },
  {
    name: 'check',
    usage: 'check [--repair] DIR',
    meaning: 'read the journal of a stopped node: exit 0 if it is sound, else 1',
  },
];

const shortNames: ReadonlyMap<string, string> = new Map([
  ['-h', '--help'],
  ['-v', '--version'],
]);

interface Words {
  readonly settings: Setting[];
  readonly switches: Set<string>;
  readonly operands: string[];
  configFile?: string;
}

class Mistake extends Error {}

function findFlag(name: string, place: Place): Flag {
  const here = flags.filter((flag) => flag.places.includes(place));
  const flag = here.find((f) => f.name === name);
  if (flag !== undefined) return flag;
  const near = suggest(
    name,
    here.map((f) => f.name),
  );
  throw new Mistake(`unknown option ${name}${near === undefined ? '' : `, did you mean ${near}?`}`);
}

function assignment(value: string): Setting {
  const at = value.indexOf('=');
  if (at <= 0) throw new Mistake('--set takes KEY=VALUE, for example --set server.port=7000');
  return { key: value.slice(0, at), given: { text: value.slice(at + 1) }, where: '--set' };
}

function takeValue(words: Words, flag: Flag, value: string): void {
  if (flag.key !== undefined)
    words.settings.push({ key: flag.key, given: { text: value }, where: flag.name });
  else if (flag.name === '--set') words.settings.push(assignment(value));
  else words.configFile = value;
}

/** Takes the flag at `index` and answers how many words it used. */
function takeFlag(words: Words, args: readonly string[], index: number, place: Place): number {
  const word = args[index] ?? '';
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  const spelled = at < 0 ? word : word.slice(0, at);
  const flag = findFlag(shortNames.get(spelled) ?? spelled, place);
  if (flag.value === undefined) {
    if (at >= 0) throw new Mistake(`${flag.name} takes no value`);
    words.switches.add(flag.name);
    return 1;
  }
  const value = at >= 0 ? word.slice(at + 1) : args[index + 1];
  if (value === undefined) throw new Mistake(`${flag.name} needs a value: ${flag.name} ${flag.value}`);
  takeValue(words, flag, value);
  return at >= 0 ? 1 : 2;
}

function takeWords(args: readonly string[], place: Place): Words {
  const words: Words = { settings: [], switches: new Set(), operands: [] };
  for (let i = 0; i < args.length; ) {
    const word = args[i] ?? '';
    if (word === '--') {
      words.operands.push(...args.slice(i + 1));
      break;
    }
    if (word.startsWith('-') && word !== '-') {
      i += takeFlag(words, args, i, place);
    } else {
      words.operands.push(word);
      i++;
    }
  }
  return words;
}

function withConfig(words: Words): { configFile?: string; settings: readonly Setting[] } {
  const { configFile, settings } = words;
  return configFile === undefined ? { settings } : { configFile, settings };
}

function refuseOperand(words: Words, place: Place): void {
  const [operand] = words.operands;
  if (operand === undefined) return;
  const near =
    place === 'serve'
      ? suggest(
          operand,
          subcommands.map((c) => c.name),
        )
      : undefined;
  throw new Mistake(`unexpected ${operand}${near === undefined ? '' : `, did you mean ${near}?`}`);
}

function interpret(words: Words, place: Place): Invocation {
  if (words.switches.has('--help')) return { kind: 'help' };
  if (words.switches.has('--version')) return { kind: 'version' };
  if (place === 'check') {
    const [dir, ...rest] = words.operands;
    if (dir === undefined || rest.length > 0)
      throw new Mistake('check needs one directory: check [--repair] DIR');
    return { kind: 'check', dir, repair: words.switches.has('--repair') };
  }
  refuseOperand(words, place);
  if (place !== 'serve') return { kind: place, ...withConfig(words) };
  return { kind: words.switches.has('--check') ? 'check-config' : 'serve', ...withConfig(words) };
}

/** Reads the words after the program's name. Never throws: a mistake is an invocation of its own kind. */
export function parseArguments(args: readonly string[]): Invocation {
  const place = subcommands.find((c) => c.name === args[0])?.name ?? 'serve';
  try {
    return interpret(takeWords(place === 'serve' ? args : args.slice(1), place), place);
  } catch (error) {
    if (error instanceof Mistake) return { kind: 'mistake', message: error.message };
    throw error;
  }
}
