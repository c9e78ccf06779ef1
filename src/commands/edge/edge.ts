// EDGE <subcommand>: the EDGE family in the form that clients with subcommands expect; each is also EDGE.<subcommand>.
// EDGE.HELP lists them. It adds nothing of its own.
import type { CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { command as clock } from './clock.ts';
import { command as config } from './config.ts';
import { command as conflicts } from './conflicts.ts';
import { asSubcommand, edgeCommand } from './edge-command.ts';
import { command as endpoint } from './endpoint.ts';
import { command as peers } from './peers.ts';
import { command as prefixes } from './prefixes.ts';
import { command as queue } from './queue.ts';
import { command as resources } from './resources.ts';
import { command as stats } from './stats.ts';
import { command as status } from './status.ts';
import { command as sync } from './sync.ts';

const family = [clock, config, conflicts, endpoint, peers, prefixes, queue, resources, stats, status, sync];
const help = helpSubcommand('edge', '0.1.0');

export const commands: readonly CommandSpec[] = [
  {
    name: 'edge',
    arity: -2,
    flags: ['admin', 'loading', 'stale'],
    group: 'edge',
    since: '0.1.0',
    summary: 'A container for the commands of the sync.',
    subcommands: [...family.map(asSubcommand), help],
  },
  edgeCommand({
    name: 'help',
    min: 0,
    max: 0,
    summary: 'Lists the EDGE commands.',
    run: (call) => {
      call.reply.array(family.length);
      for (const { name, syntax, summary } of family) {
        call.reply.simple(`${name.toUpperCase()}${syntax === undefined ? '' : ` ${syntax}`}: ${summary}`);
      }
    },
  }),
];
