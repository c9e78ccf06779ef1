// CLIENT LIST [TYPE type | ID id ...] and CLIENT INFO: one line of `field=value` a client, with Redis's fields in its
// order, so that tools can parse them. A field for something that this server does not have says none of it.
// https://redis.io/commands/client-list
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { ClientPort } from '../executor.ts';
import { endsSlice, type Work } from '../large-work.ts';
import { type Session, SessionMode } from '../session.ts';
import { clientTypeFilter } from './client-type.ts';

export const clientList: CommandSpec = {
  name: 'list',
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'connection',
  since: '2.4.0',
  summary: 'Lists the clients, one line each.',
  complexity: 'O(N), N being the number of connections',
  syntax: '[TYPE NORMAL|MASTER|REPLICA|PUBSUB] [ID <client-id> [<client-id> ...]]',
  run: list,
};

export const clientInfo: CommandSpec = {
  name: 'info',
  arity: 2,
  flags: ['noscript', 'loading', 'stale'],
  group: 'connection',
  since: '6.2.0',
  summary: 'Returns the line of this connection.',
  run: (call) => {
    call.reply.verbatim(
      'txt',
      call.client === undefined
        ? ''
        : `${describeClient(call.client, call.store.nowMs, requestBytes(call))}\n`,
    );
  },
};

function list(call: Call): void {
  const includes = readFilter(call);
  const { client, store, services, sliceSizes } = call;
  // As it is while the command runs, and not while it waits for the rest.
  const own = client === undefined ? '' : describeClient(client, store.nowMs, requestBytes(call));
  const lineOf = (each: ClientPort): string => (each === client ? own : describeClient(each, store.nowMs));
  if (services.clients.connected >= sliceSizes.elements) {
    services.largeWork.run(call, [], (later) => slices(later, includes, lineOf));
    return;
  }
  let text = '';
  for (const each of services.clients.all()) if (includes(each)) text += `${lineOf(each)}\n`;
  call.reply.verbatim('txt', text);
}

/** Each line is of the moment when it is written. */
function* slices(
  call: Call,
  includes: (client: ClientPort) => boolean,
  lineOf: (client: ClientPort) => string,
): Work {
  let text = '';
  let n = 0;
  for (const client of call.services.clients.all()) {
    if (includes(client)) text += `${lineOf(client)}\n`;
    if (endsSlice(call, n++)) yield;
  }
  call.reply.verbatim('txt', text);
  return true;
}

/** What the request took on the wire, had it come as an array of bulk strings. */
function requestBytes({ argc, args }: Call): number {
  let bytes = `*${argc}\r\n`.length;
  for (let i = 0; i < argc; i++) bytes += args.lengths[i]! + `$${args.lengths[i]}\r\n\r\n`.length;
  return bytes;
}

function readFilter(call: Call): (client: ClientPort) => boolean {
  if (call.argc === 2) return () => true;
  if (call.argc === 4 && call.is(2, 'type')) return clientTypeFilter(call.text(3));
  if (call.argc > 3 && call.is(2, 'id')) {
    const ids = new Set<number>();
    for (let i = 3; i < call.argc; i++) ids.add(readId(call, i));
    return (client) => ids.has(client.session.id);
  }
  return call.syntaxError();
}

function readId(call: Call, i: number): number {
  const id = call.integer(i, 'ERR Invalid client ID');
  if (id < 1) throw new CommandError('ERR Invalid client ID');
  return id;
}

/** Redis's letters, in its order. */
function flagsOf(session: Session): string {
  const { mode, tracking } = session;
  let flags = '';
  if ((mode & SessionMode.monitor) !== 0) flags += 'O';
  if (session.subscriptions !== undefined) flags += 'P';
  if (session.transaction !== undefined) flags += 'x';
  if (session.blocked) flags += 'b';
  if (tracking !== undefined) flags += 't';
  if (tracking?.isBroken === true) flags += 'R';
  if (tracking?.isBroadcast === true) flags += 'B';
  if ((mode & SessionMode.spoilt) !== 0) flags += 'd';
  if (session.isUnix) flags += 'U';
  if (session.noEvict) flags += 'e';
  if (session.noTouch) flags += 'T';
  return flags === '' ? 'N' : flags;
}

/**
 * The line of a client, without the line's end. `requestBytes`: of its request that runs now. It is one text, without
 * a list of fields, as there may be thousands of clients.
 */
export function describeClient(client: ClientPort, nowMs: number, requestBytes = 0): string {
  const { session, outputBytes } = client;
  const { subscriptions, transaction, tracking, lastCommand } = session;
  const inputBytes = client.inputBytes + requestBytes;
  const multiBytes = transaction?.bytes ?? 0;
  const age = secondsBetween(session.createdAtMs, nowMs);
  const idle = secondsBetween(session.lastActiveMs, nowMs);
  return (
    `id=${session.id} addr=${session.address} laddr=${session.localAddress} fd=-1 name=${session.name}` +
    ` age=${age} idle=${idle} flags=${flagsOf(session)} db=${session.db}` +
    ` sub=${subscriptions?.channels.size ?? 0} psub=${subscriptions?.patterns.size ?? 0}` +
    ` ssub=${subscriptions?.shards.size ?? 0} multi=${transaction?.queue.length ?? -1}` +
    ` qbuf=${inputBytes} qbuf-free=0 argv-mem=0 multi-mem=${multiBytes} rbs=0 rbp=0 obl=0 oll=0` +
    ` omem=${outputBytes} tot-mem=${inputBytes + outputBytes + multiBytes}` +
    ` events=${outputBytes > 0 ? 'rw' : 'r'} cmd=${lastCommand === '' ? 'NULL' : lastCommand}` +
    ` user=${session.user} redir=${tracking?.redirect ?? -1} resp=${session.protocol}` +
    ` lib-name=${session.libName} lib-ver=${session.libVersion}`
  );
}

function secondsBetween(sinceMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
}
