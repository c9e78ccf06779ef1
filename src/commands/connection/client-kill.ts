// CLIENT KILL ip:port, or CLIENT KILL [ID id] [TYPE type] [USER user] [ADDR a] [LADDR a] [MAXAGE s] [SKIPME yes|no]
// ...: closes connections. The old form wants exactly one and kills also the caller; the new one counts those that all
// filters fit. https://redis.io/commands/client-kill
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { ClientPort } from '../executor.ts';
import { clientTypeFilter } from './client-type.ts';

export const clientKill: CommandSpec = {
  name: 'kill',
  arity: -3,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'connection',
  since: '2.4.0',
  summary: 'Closes connections.',
  complexity: 'O(N), N being the number of connections',
  syntax:
    '<ip:port> | ([ID <client-id>] [TYPE NORMAL|MASTER|SLAVE|REPLICA|PUBSUB] [USER <username>] ' +
    '[ADDR <ip:port>] [LADDR <ip:port>] [SKIPME YES|NO] [MAXAGE <maxage>])',
  run: kill,
};

type Filter = (client: ClientPort) => boolean;

function kill(call: Call): void {
  if (call.argc === 3) {
    killAddress(call);
    return;
  }
  const filters = readFilters(call);
  let killed = 0;
  for (const client of [...call.services.clients.all()]) {
    if (client.session.closing || !filters.every((fits) => fits(client))) continue;
    client.kill('CLIENT KILL', call.client);
    killed += 1;
  }
  call.reply.integer(killed);
}

function killAddress(call: Call): void {
  const address = call.text(2);
  for (const client of call.services.clients.all()) {
    if (client.session.address !== address || client.session.closing) continue;
    client.kill('CLIENT KILL', call.client);
    call.reply.ok();
    return;
  }
  throw new CommandError('ERR No such client');
}

function readFilters(call: Call): Filter[] {
  const filters: Filter[] = [];
  let skipsMe = true;
  for (let i = 2; i < call.argc; i += 2) {
    if (i + 1 === call.argc) call.syntaxError();
    if (call.is(i, 'skipme')) {
      if (!call.is(i + 1, 'yes') && !call.is(i + 1, 'no')) call.syntaxError();
      skipsMe = call.is(i + 1, 'yes');
    } else filters.push(readFilter(call, i));
  }
  if (skipsMe) filters.push((client) => client !== call.client);
  return filters;
}

function readFilter(call: Call, i: number): Filter {
  const value = call.text(i + 1);
  if (call.is(i, 'id')) {
    const id = call.integer(i + 1, 'ERR client-id should be greater than 0');
    if (id < 1) throw new CommandError('ERR client-id should be greater than 0');
    return (client) => client.session.id === id;
  }
  if (call.is(i, 'type')) return clientTypeFilter(value);
  if (call.is(i, 'user')) {
    if (call.services.users.get(value) === undefined) throw new CommandError(`ERR No such user '${value}'`);
    return (client) => client.session.user === value;
  }
  if (call.is(i, 'addr')) return (client) => client.session.address === value;
  if (call.is(i, 'laddr')) return (client) => client.session.localAddress === value;
  if (call.is(i, 'maxage')) {
    const ageMs = 1000 * call.integer(i + 1, 'ERR maxage is not an integer or out of range');
    if (ageMs < 1) throw new CommandError('ERR maxage should be greater than 0');
    const { nowMs } = call.store;
    return (client) => nowMs - client.session.createdAtMs >= ageMs;
  }
  return call.syntaxError();
}
