// CLIENT: what a connection is and is called, and what it can know of the others. The longer subcommands have files of
// their own. https://redis.io/commands/client
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { subcommandsOf } from '../subcommand.ts';
import { clientKill } from './client-kill.ts';
import { clientInfo, clientList } from './client-list.ts';
import { readName } from './client-name.ts';
import { clientPause, clientUnpause } from './client-pause.ts';
import { clientReply } from './client-reply.ts';
import { trackingCommands } from './client-tracking.ts';
import { clientUnblock } from './client-unblock.ts';

const flags: readonly CommandFlag[] = ['noscript', 'loading', 'stale'];

const subcommand = subcommandsOf({ group: 'connection', since: '2.6.9' });

export const command: CommandSpec = {
  name: 'client',
  arity: -2,
  flags: [],
  group: 'connection',
  since: '2.4.0',
  summary: 'What clients are connected and how.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    subcommand('getname', 2, flags, 'Returns the name of this connection.', '', getName),
    ...trackingCommands,
    helpSubcommand('connection', '5.0.0'),
    subcommand('id', 2, flags, 'Returns the number of this connection.', '', id, { since: '5.0.0' }),
    clientInfo,
    clientKill,
    clientList,
    clientPause,
    clientReply,
    clientUnblock,
    clientUnpause,
    subcommand(
      'no-evict',
      3,
      ['admin', ...flags],
      'Keeps this connection when clients take much memory.',
      'ON|OFF',
      noEvict,
      { since: '7.0.0' },
    ),
    subcommand('no-touch', 3, flags, 'Reads of this connection leave idle times alone.', 'ON|OFF', noTouch, {
      since: '7.2.0',
    }),
    subcommand(
      'setinfo',
      4,
      flags,
      'Tells which library this connection uses.',
      'LIB-NAME <name> | LIB-VER <version>',
      setInfo,
      { since: '7.2.0' },
    ),
    subcommand('setname', 3, flags, 'Names this connection.', '<name>', setName),
  ],
};

function getName(call: Call): void {
  const { name } = call.session;
  if (name === '') call.reply.nil();
  else call.reply.bulkText(name);
}

function id(call: Call): void {
  call.reply.integer(call.session.id);
}

function noEvict(call: Call): void {
  call.session.noEvict = readSwitch(call, 2);
  call.reply.ok();
}

function noTouch(call: Call): void {
  call.session.noTouch = readSwitch(call, 2);
  call.reply.ok();
}

function readSwitch(call: Call, i: number): boolean {
  if (call.is(i, 'on')) return true;
  if (call.is(i, 'off')) return false;
  return call.syntaxError();
}

function setInfo(call: Call): void {
  if (call.is(2, 'lib-name')) call.session.libName = readName(call, 3, 'lib-name');
  else if (call.is(2, 'lib-ver')) call.session.libVersion = readName(call, 3, 'lib-ver');
  else throw new CommandError(`ERR Unrecognized option '${call.text(2)}'`);
  call.reply.ok();
}

function setName(call: Call): void {
  call.session.name = readName(call, 2, 'Client names');
  call.reply.ok();
}
