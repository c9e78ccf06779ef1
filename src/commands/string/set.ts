// SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]: one put. https://redis.io/commands/set
import { CommandError } from '../../base/errors.ts';
import { wrongType } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import { keepDeadline } from '../../store/strings.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readDeadline } from '../deadline.ts';

export const command: CommandSpec = {
  name: 'set',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Sets the string value of a key, ignoring its type.',
  run: set,
};

function set(call: Call): void {
  if (call.argc > 3) {
    setWithOptions(call);
    return;
  }
  put(call, 0);
  call.reply.ok();
}

function put(call: Call, deadlineMs: number): void {
  const { offsets, lengths } = call.args;
  call.store.strings.set(
    call.keyspace,
    call.buf,
    offsets[1]!,
    lengths[1]!,
    call.buf,
    offsets[2]!,
    lengths[2]!,
    deadlineMs,
  );
}

function setWithOptions(call: Call): void {
  let condition: 'nx' | 'xx' | undefined;
  let returnsOld = false;
  let deadlineMs: number | undefined;
  for (let i = 3; i < call.argc; i++) {
    if (call.is(i, 'nx') && condition !== 'xx') condition = 'nx';
    else if (call.is(i, 'xx') && condition !== 'nx') condition = 'xx';
    else if (call.is(i, 'get')) returnsOld = true;
    else if (call.is(i, 'keepttl') && deadlineMs === undefined) deadlineMs = keepDeadline;
    else {
      const read = deadlineMs === undefined ? readDeadline(call, i) : undefined;
      if (read === undefined) call.syntaxError();
      deadlineMs = read;
      i += 1;
    }
  }
  const at = call.find(1);
  if (returnsOld && at !== 0 && call.store.entries.type(at) !== EntryType.string)
    throw new CommandError(wrongType);
  const old = returnsOld && at !== 0 ? call.store.strings.copy(at) : undefined;
  const allowed = condition === undefined || (condition === 'nx') === (at === 0);
  if (allowed) put(call, deadlineMs ?? 0);
  if (returnsOld) {
    if (old === undefined) call.reply.nil();
    else call.reply.bulk(old, 0, old.length);
  } else if (allowed) call.reply.ok();
  else call.reply.nil();
}
