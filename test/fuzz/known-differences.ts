// Differences from redis-server 7.0 that are meant, each described in docs/compatibility.md under its title. The fuzzer
// passes over them; a test holds that each title is there.
import type { Request } from './grammar.ts';

export interface KnownDifference {
  readonly title: string;
  readonly fits: (request: Request, ours: string, theirs: string) => boolean;
  /** Both servers hold the same after it, so that the stream may go on. */
  readonly harmless: boolean;
}

/** The reply with each number with a fraction as what it reads as, and lengths left out. */
function numbersRead(reply: string): string {
  return reply
    .replaceAll(/\$\d+\r\n/g, '$')
    .replaceAll(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g, (digits) => String(Number(Number(digits).toPrecision(15))));
}

/** The lines of a reply in an order of their own. */
function linesOf(reply: string): string {
  return reply.split('\r\n').sort().join('\n');
}

/** Consumers have a time more from Redis 7.2 on. */
function isOfConsumers(request: Request): boolean {
  return /^consumers$/i.test(request[1] ?? '') || /^full$/i.test(request[3] ?? '');
}

/** Without what is told of radix trees, and of consumers, which may be more. */
function toldOfStream(reply: string): string {
  return reply.replaceAll(/((?:radix-tree-\w+|consumers)\r\n):\d+/g, '$1');
}

const nameOf = (request: Request): string => request[0]?.toLowerCase() ?? '';

export const knownDifferences: readonly KnownDifference[] = [
  {
    title: 'Commands and options of Redis 7.2 and 7.4',
    fits: (request, _, theirs) =>
      /^-ERR (unknown command|unknown subcommand|syntax error|wrong number)/.test(theirs) &&
      (['zrank', 'zrevrank'].includes(nameOf(request)) ||
        /^h(p?expire|p?ttl|persist)/.test(nameOf(request)) ||
        (nameOf(request) === 'hscan' && request.some((arg) => /^novalues$/i.test(arg)))),
    harmless: false,
  },
  {
    title: 'Commands and options of Redis 7.2 and 7.4',
    fits: (request, ours, theirs) =>
      (/^xread/.test(nameOf(request)) &&
        request.includes('+') &&
        theirs.startsWith('-ERR Invalid stream ID')) ||
      (nameOf(request) === 'lpos' && ours.startsWith('-ERR value is out of range')),
    harmless: false,
  },
  {
    title: 'Decimal sums',
    fits: (request, ours, theirs) =>
      /incrbyfloat$/.test(nameOf(request)) && ours[0] === '$' && theirs[0] === '$',
    harmless: false,
  },
  {
    title: 'Deadlines beyond 53 bits',
    fits: (request, ours) =>
      (/expire|setex|getex|^set$|restore|ttl/.test(nameOf(request)) &&
        request.some((arg) => arg.length > 16)) ||
      (/^-ERR timeout/.test(ours) && request.some((arg) => arg.length > 16)) ||
      (/ttl|expiretime/.test(nameOf(request)) && /^:90\d{11,}/.test(ours)),
    harmless: false,
  },
  {
    title: 'Cursors of scans',
    fits: (_, ours) => ours.startsWith('-ERR invalid cursor'),
    harmless: false,
  },
  {
    title: 'Cursors of scans',
    fits: (request, ours, theirs) =>
      /scan$/.test(nameOf(request)) &&
      ours.startsWith('*2') &&
      theirs.startsWith('*2') &&
      (request[nameOf(request) === 'scan' ? 1 : 2] !== '0' ||
        ![ours, theirs].every((reply) => reply.startsWith('*2\r\n$1\r\n0'))),
    harmless: true,
  },
  {
    title: 'Bytes in the words of errors',
    fits: (request, ours) =>
      ours[0] === '-' && request.some((arg) => [...arg].some((char) => char < ' ' || char > '~')),
    harmless: true,
  },
  {
    title: 'The bytes of a HyperLogLog',
    fits: (request, ours, theirs) =>
      ours.includes('HYLL') ||
      ours.startsWith('-INVALIDOBJ') ||
      theirs.startsWith('-INVALIDOBJ') ||
      (request.some((arg) => /^pf\d$/.test(arg)) && !nameOf(request).startsWith('pf')),
    harmless: false,
  },
  {
    title: 'Numbers with a fraction',
    fits: (request, ours, theirs) =>
      numbersRead(ours) === numbersRead(theirs) ||
      (nameOf(request) === 'zscan' && linesOf(numbersRead(ours)) === linesOf(numbersRead(theirs))),
    harmless: true,
  },
  {
    title: 'Ranges of members of several scores',
    fits: (request, ours, theirs) =>
      /lex/i.test(request.join(' ')) &&
      nameOf(request)[0] === 'z' &&
      ours[0] === theirs[0] &&
      ours[0] !== '-',
    harmless: false,
  },
  {
    title: 'The words of HELP',
    fits: (request) => /^help$/i.test(request[1] ?? ''),
    harmless: true,
  },
  {
    title: 'What XINFO tells',
    fits: (request, ours, theirs) =>
      nameOf(request) === 'xinfo' && (isOfConsumers(request) || toldOfStream(ours) === toldOfStream(theirs)),
    harmless: true,
  },
  {
    title: 'Consumers that read nothing',
    fits: (request) => nameOf(request) === 'xgroup' && /^createconsumer$/i.test(request[1] ?? ''),
    harmless: true,
  },
  {
    title: 'Writes that change nothing',
    fits: (request) =>
      nameOf(request) === 'watched' &&
      /^(sadd|zadd|zincrby|geoadd|xsetid|xgroup|xclaim|ltrim|pfmerge|pfcount)$/i.test(request[1] ?? ''),
    harmless: true,
  },
  {
    title: 'Scripts and functions',
    fits: (request) => /^(eval|fcall|script|function)/.test(nameOf(request)),
    harmless: true,
  },
];
