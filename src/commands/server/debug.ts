// DEBUG SLEEP | OBJECT | LOG | PROTOCOL | SET-ACTIVE-EXPIRE | HELP: aids for tests, as far as they mean something here.
// One command, as in Redis, so that rules of access can name any first argument of it. https://redis.io/commands/debug
import { CommandError } from '../../base/errors.ts';
import { noSuchKey, notAFloat } from '../../resp/errors.ts';
import { idleSeconds } from '../../store/access-clock.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { encodingOf } from '../encoding-of.ts';

/** Nobody needs more, and nothing but the end of the process could cut it short. */
const sleepSecondsMax = 600;
const logBytesMax = 1024;

export const command: CommandSpec = {
  name: 'debug',
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '1.0.0',
  summary: 'Helps with tests.',
  syntax:
    'SLEEP <seconds:double> | OBJECT <key> | LOG <message> | PROTOCOL <type> | SET-ACTIVE-EXPIRE 0|1 | HELP',
  complexity: 'O(1)',
  run: debug,
};

const wrongTypeName =
  'ERR Wrong protocol type name. Please use one of the following: ' +
  'string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false';

const help = [
  'DEBUG <subcommand> [<argument> ...]. The subcommands are:',
  'SLEEP <seconds>',
  '    Blocks the server for some seconds.',
  'OBJECT <key>',
  '    Tells how a value is kept.',
  'LOG <message>',
  '    Writes a message to the log.',
  'PROTOCOL <type>',
  '    Replies with a value of a type: string, integer, double, null, array, set, map, attrib, push, verbatim, bignum, true, false.',
  'SET-ACTIVE-EXPIRE 0|1',
  '    Whether expired keys and fields are looked for in the background.',
  'HELP',
  '    Lists the subcommands.',
];

function debug(call: Call): void {
  if (call.is(1, 'sleep') && call.argc === 3) sleep(call);
  else if (call.is(1, 'object') && call.argc === 3) object(call);
  else if (call.is(1, 'log') && call.argc === 3) log(call);
  else if (call.is(1, 'protocol') && call.argc === 3) replyOfType(call);
  else if (call.is(1, 'set-active-expire') && call.argc === 3) setActiveExpire(call);
  else if (call.is(1, 'help') && call.argc === 2) {
    call.reply.array(help.length);
    for (const line of help) call.reply.simple(line);
  } else unknown(call);
}

function unknown(call: Call): never {
  const name = call.excerpt(1, 128);
  throw new CommandError(
    `ERR unknown subcommand or wrong number of arguments for '${name}'. Try DEBUG HELP.`,
  );
}

function log(call: Call): void {
  call.services.log.info('debug message', { text: call.excerpt(2, logBytesMax) });
  call.reply.ok();
}

function setActiveExpire(call: Call): void {
  const { store } = call;
  const isOn = call.integer(2) !== 0;
  store.purgesInBackground = isOn;
  call.reply.ok();
}

function replyOfType(call: Call): void {
  const { reply } = call;
  const replies: Readonly<Record<string, () => void>> = {
    string: () => reply.bulkLatin1('Hello World'),
    integer: () => reply.integer(12_345),
    double: () => reply.double(3141 / 1000),
    null: () => reply.nil(),
    array: () => numbers(call, () => reply.array(3)),
    set: () => numbers(call, () => reply.set(3)),
    map: () => {
      reply.map(3);
      for (let i = 0; i < 3; i++) {
        reply.integer(i);
        reply.boolean(i === 1);
      }
    },
    verbatim: () => reply.verbatim('txt', 'This is a verbatim\nstring'),
    bignum: () => reply.bigNumber('1234567999999999999999999999999999999'),
    true: () => reply.boolean(true),
    false: () => reply.boolean(false),
    attrib: () => {
      if (reply.protocol === 3) {
        reply.attribute(1);
        reply.bulkLatin1('key-popularity');
        reply.array(2);
        reply.bulkLatin1('key:123');
        reply.integer(90);
      }
      reply.bulkLatin1('Some real reply following the attribute');
    },
    push: () => {
      if (reply.protocol !== 3) throw new CommandError('ERR RESP2 is not supported by this command');
      reply.push(2);
      reply.bulkLatin1('server-cpu-usage');
      reply.integer(42);
      reply.bulkLatin1('Some real reply following the push reply');
    },
  };
  const name = call.text(2).toLowerCase();
  if (!Object.hasOwn(replies, name)) throw new CommandError(wrongTypeName);
  replies[name]?.();
}

function numbers(call: Call, header: () => void): void {
  header();
  for (let i = 0; i < 3; i++) call.reply.integer(i);
}

function sleep(call: Call): void {
  const seconds = call.float(2);
  if (seconds < 0 || seconds > sleepSecondsMax) throw new CommandError(notAFloat);
  call.services.sleep(seconds * 1000);
  call.reply.ok();
}

function object(call: Call): void {
  const at = call.find(2);
  if (at === 0) throw new CommandError(noSuchKey);
  const { entries, ground, nowMs } = call.store;
  const encoding = encodingOf(call, at);
  const idle = ground.isLfu ? 0 : idleSeconds(entries.access(at), nowMs);
  call.reply.simple(
    `Value at:${at} refcount:1 encoding:${encoding} lru:${entries.access(at)} lru_seconds_idle:${idle}`,
  );
}
