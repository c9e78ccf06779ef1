// CLIENT TRACKING ON|OFF [REDIRECT id] [PREFIX p ...] [BCAST] [OPTIN] [OPTOUT] [NOLOOP], and what belongs to it:
// CACHING, TRACKINGINFO, GETREDIR. https://redis.io/commands/client-tracking
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';
import type { ClientPort } from '../executor.ts';
import type { TrackingState } from '../tracking.ts';

const flags: readonly CommandFlag[] = ['noscript', 'loading', 'stale'];
const shared = { flags, group: 'connection', since: '6.0.0', complexity: 'O(1)' } as const;

export const trackingCommands: readonly CommandSpec[] = [
  {
    ...shared,
    name: 'tracking',
    arity: -3,
    summary: 'Tells this connection when keys change that it has read.',
    syntax: 'ON|OFF [REDIRECT <id>] [PREFIX <prefix> ...] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]',
    run: tracking,
  },
  {
    ...shared,
    name: 'caching',
    arity: 3,
    summary: 'Whether the keys of the next command are tracked.',
    syntax: 'YES|NO',
    run: caching,
  },
  {
    ...shared,
    name: 'trackinginfo',
    arity: 2,
    since: '6.2.0',
    summary: 'Tells how this connection is tracked.',
    run: trackingInfo,
  },
  {
    ...shared,
    name: 'getredir',
    arity: 2,
    summary: 'Returns which client is told in place of this one: 0 for none, -1 without tracking.',
    run: getRedir,
  },
];

const prefixesMax = 1024;
const modeSwitch =
  "ERR You can't switch BCAST mode on/off before disabling tracking for this client, " +
  'and then re-enabling it with a different mode.';
const optionSwitch =
  "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, " +
  'and then re-enabling it with a different mode.';
const noCaching =
  'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled';

interface Options {
  isBroadcast: boolean;
  isOptIn: boolean;
  isOptOut: boolean;
  isNoLoop: boolean;
  redirect: ClientPort | undefined;
  prefixes: string[];
}

function tracking(call: Call): void {
  const { client, session, services } = call;
  if (client === undefined || session.denyBlocking) {
    throw new CommandError("ERR CLIENT TRACKING isn't allowed for DENY BLOCKING client");
  }
  const options = readOptions(call);
  if (call.is(2, 'off')) services.tracking.stop(client);
  else if (call.is(2, 'on')) {
    checkOptions(options, session.tracking);
    services.tracking.start(client, stateOf(options, session.tracking));
  } else call.syntaxError();
  call.reply.ok();
}

function readOptions(call: Call): Options {
  const options: Options = {
    isBroadcast: false,
    isOptIn: false,
    isOptOut: false,
    isNoLoop: false,
    redirect: undefined,
    prefixes: [],
  };
  for (let i = 3; i < call.argc; i++) {
    const hasMore = i + 1 < call.argc;
    if (call.is(i, 'redirect') && hasMore) options.redirect = readRedirect(call, ++i, options.redirect);
    else if (call.is(i, 'bcast')) options.isBroadcast = true;
    else if (call.is(i, 'optin')) options.isOptIn = true;
    else if (call.is(i, 'optout')) options.isOptOut = true;
    else if (call.is(i, 'noloop')) options.isNoLoop = true;
    else if (call.is(i, 'prefix') && hasMore) options.prefixes.push(call.bytes(++i).toString('latin1'));
    else call.syntaxError();
  }
  return options;
}

function readRedirect(call: Call, i: number, present: ClientPort | undefined): ClientPort {
  if (present !== undefined) {
    throw new CommandError('ERR A client can only redirect to a single other client');
  }
  const id = call.integer(i);
  for (const client of call.services.clients.all()) if (client.session.id === id) return client;
  throw new CommandError('ERR The client ID you want redirect to does not exist');
}

function checkOptions(options: Options, present: TrackingState | undefined): void {
  const { isBroadcast, isOptIn, isOptOut, prefixes } = options;
  if (prefixes.length > 0 && !isBroadcast) {
    throw new CommandError('ERR PREFIX option requires BCAST mode to be enabled');
  }
  if (present !== undefined && present.isBroadcast !== isBroadcast) throw new CommandError(modeSwitch);
  if (isBroadcast && (isOptIn || isOptOut)) {
    throw new CommandError('ERR OPTIN and OPTOUT are not compatible with BCAST');
  }
  if (isOptIn && isOptOut) throw new CommandError("ERR You can't specify both OPTIN mode and OPTOUT mode");
  if ((isOptIn && present?.isOptOut === true) || (isOptOut && present?.isOptIn === true)) {
    throw new CommandError(optionSwitch);
  }
  if (isBroadcast) checkPrefixes(prefixes, present?.prefixes ?? []);
}

/** Throws where prefixes overlap with one another or with those there are: each key is told of once. */
function checkPrefixes(prefixes: readonly string[], present: readonly string[]): void {
  if (prefixes.length + present.length > prefixesMax) {
    throw new CommandError(`ERR a client tracks at most ${prefixesMax} prefixes`);
  }
  const rule = 'Prefixes for a single client must not overlap.';
  prefixes.forEach((prefix, i) => {
    const known = present.find((other) => overlap(prefix, other));
    if (known !== undefined) {
      throw new CommandError(`ERR Prefix '${prefix}' overlaps with an existing prefix '${known}'. ${rule}`);
    }
    const given = prefixes.slice(i + 1).find((other) => overlap(prefix, other));
    if (given !== undefined) {
      throw new CommandError(
        `ERR Prefix '${prefix}' overlaps with another provided prefix '${given}'. ${rule}`,
      );
    }
  });
}

function overlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function stateOf(options: Options, present: TrackingState | undefined): TrackingState {
  const { isBroadcast, isOptIn, isOptOut, isNoLoop, redirect } = options;
  const prefixes = isBroadcast ? [...(present?.prefixes ?? []), ...options.prefixes].sort() : [];
  return {
    isBroadcast,
    isOptIn,
    isOptOut,
    isNoLoop,
    redirect: redirect?.session.id ?? 0,
    target: redirect,
    isBroken: false,
    prefixes: isBroadcast && prefixes.length === 0 ? [''] : prefixes,
    caching: undefined,
    isCachingFresh: false,
  };
}

function caching(call: Call): void {
  const state = call.session.tracking;
  if (state === undefined || !(state.isOptIn || state.isOptOut)) throw new CommandError(noCaching);
  const isYes = call.is(2, 'yes');
  if (!isYes && !call.is(2, 'no')) call.syntaxError();
  if (isYes ? !state.isOptIn : !state.isOptOut) {
    const [word, mode] = isYes ? ['YES', 'OPTIN'] : ['NO', 'OPTOUT'];
    throw new CommandError(
      `ERR CLIENT CACHING ${word} is only valid when tracking is enabled in ${mode} mode.`,
    );
  }
  state.caching = isYes;
  state.isCachingFresh = true;
  call.reply.ok();
}

function trackingInfo(call: Call): void {
  const { reply } = call;
  const state = call.session.tracking;
  const words = wordsOf(state);
  // To ask is not the command that CLIENT CACHING spoke of.
  if (state !== undefined) state.isCachingFresh = true;
  reply.map(3);
  reply.bulkLatin1('flags');
  reply.set(words.length);
  for (const word of words) reply.bulkLatin1(word);
  reply.bulkLatin1('redirect');
  reply.integer(state === undefined ? -1 : state.redirect);
  reply.bulkLatin1('prefixes');
  reply.array(state?.prefixes.length ?? 0);
  for (const prefix of state?.prefixes ?? []) reply.bulkLatin1(prefix);
}

function wordsOf(state: TrackingState | undefined): string[] {
  if (state === undefined) return ['off'];
  const words = ['on'];
  if (state.isBroadcast) words.push('bcast');
  if (state.isOptIn) words.push('optin', ...(state.caching === true ? ['caching-yes'] : []));
  if (state.isOptOut) words.push('optout', ...(state.caching === false ? ['caching-no'] : []));
  if (state.isNoLoop) words.push('noloop');
  if (state.isBroken) words.push('broken_redirect');
  return words;
}

function getRedir(call: Call): void {
  call.reply.integer(call.session.tracking?.redirect ?? -1);
}
