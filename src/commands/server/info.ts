// INFO [section ...]: the figures of the node, as text that tools parse. https://redis.io/commands/info
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type InfoSection, infoSections } from './info-sections.ts';

export const command: CommandSpec = {
  name: 'info',
  arity: -1,
  flags: ['loading', 'stale'],
  categories: ['dangerous'],
  group: 'server',
  since: '1.0.0',
  summary: 'Returns the figures of the node.',
  complexity: 'O(N), N being the number of keys with a deadline that are looked at',
  syntax: '[<section> ...]',
  run: info,
};

function info(call: Call): void {
  const sections = infoSections.filter(readFilter(call));
  const texts = sections.map(({ title, lines }) => {
    const body = lines(call.services).map(([name, value]) => `${name}:${value}\r\n`);
    return `# ${title}\r\n${body.join('')}`;
  });
  call.reply.verbatim('txt', texts.join('\r\n'));
}

function readFilter(call: Call): (section: InfoSection) => boolean {
  if (call.argc === 1) return (section) => section.byDefault;
  const wanted = new Set<string>();
  for (let i = 1; i < call.argc; i++) wanted.add(call.text(i).toLowerCase());
  if (wanted.has('all') || wanted.has('everything')) return () => true;
  return (section) => wanted.has(section.title.toLowerCase()) || (wanted.has('default') && section.byDefault);
}
