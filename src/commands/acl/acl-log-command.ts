// ACL LOG [count | RESET]: who was refused what of late. https://redis.io/commands/acl-log
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

const shownByDefault = 10;

export const aclLogCommand: CommandSpec = {
  name: 'log',
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '6.0.0',
  summary: 'Lists who was refused what of late.',
  syntax: '[<count>|RESET]',
  run: log,
};

function log(call: Call): void {
  const { aclLog } = call.services;
  if (call.argc > 3) call.wrongArguments();
  if (call.argc === 3 && call.is(2, 'reset')) {
    aclLog.reset();
    call.reply.ok();
    return;
  }
  const count = call.argc === 3 ? call.integer(2) : shownByDefault;
  const entries = aclLog.newest(Math.max(0, count));
  call.reply.array(entries.length);
  for (const entry of entries) {
    const ageSeconds = (call.store.nowMs - entry.createdAtMs) / 1000;
    replyFields(call, [
      ['count', entry.count],
      ['reason', entry.reason],
      ['context', entry.context],
      ['object', entry.object],
      ['username', entry.username],
      ['age-seconds', ageSeconds],
      ['client-info', entry.clientInfo],
      ['entry-id', entry.id],
      ['timestamp-created', entry.createdAtMs],
      ['timestamp-last-updated', entry.updatedAtMs],
    ]);
  }
}

function replyFields({ reply }: Call, fields: readonly (readonly [string, string | number])[]): void {
  reply.map(fields.length);
  for (const [name, value] of fields) {
    reply.bulkLatin1(name);
    if (typeof value === 'string') reply.bulkText(value);
    else if (name === 'age-seconds') reply.double(value);
    else reply.integer(value);
  }
}
