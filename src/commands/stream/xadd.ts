// XADD key [NOMKSTREAM] [MAXLEN|MINID [=|~] threshold [LIMIT count]] *|id field value [field value ...]: one entry
// delta, and an extent where it trims. https://redis.io/commands/xadd
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { badStreamId, streamExhausted, streamIdTooSmall, streamIdZero } from '../../resp/errors.ts';
import { nextId } from '../../store/stream/next-id.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { hasWord } from '../keys-of.ts';
import { openStream } from './open-stream.ts';
import { replyId } from './reply-entries.ts';
import { TrimOptions } from './trim-options.ts';

export const command: CommandSpec = {
  name: 'xadd',
  arity: -5,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'update'],
  onUnheld: (args) => (hasWord(args, 2, 'nomkstream') ? 'needs' : 'adds'),
  group: 'stream',
  since: '5.0.0',
  summary: 'Adds an entry to a stream, which is made where there is none.',
  syntax:
    '<key> [NOMKSTREAM] [MAXLEN|MINID [=|~] <threshold> [LIMIT <count>]] (*|<id>) <field> <value> [<field> <value> ...]',
  complexity: 'O(1); with a trim O(N), N being the number of entries removed',
  run,
};

const options = new TrimOptions();
const id = new StreamId();
const last = new StreamId();

function run(call: Call): void {
  const at = options.read(call, 2, true);
  const form = at < call.argc ? readForm(call, at) : 'none';
  options.check(true);
  const fieldsAt = at + 1;
  const items = call.argc - fieldsAt;
  if (items < 2 || items % 2 === 1) call.wrongArguments();
  if (form === 'given' && id.isZero) throw new CommandError(streamIdZero);
  const streams = openStream(call, 1);
  if (streams.at === 0 && options.isNoMake) {
    call.reply.nil();
    return;
  }
  chooseId(call, streams, form);
  const { buf, args } = call;
  const { fields } = streams;
  fields.begin(items);
  for (let i = fieldsAt; i < call.argc; i++) fields.add(buf, args.offsets[i]!, args.lengths[i]!);
  streams.add(id);
  replyId(call.reply, id);
  call.notify('xadd', 1);
  if (options.apply(streams) > 0) call.notify('xtrim', 1);
}

type Form = 'given' | 'sequence' | 'none';

function readForm(call: Call, i: number): Form {
  if (call.is(i, '*')) return 'none';
  const { buf } = call;
  if (id.parseWithAnySequence(buf, call.offset(i), call.length(i))) return 'sequence';
  if (!id.parse(buf, call.offset(i), call.length(i))) throw new CommandError(badStreamId);
  return 'given';
}

function chooseId(call: Call, streams: Streams, form: Form): void {
  if (streams.lastOrNone(last).isMax) throw new CommandError(streamExhausted);
  const isChosen =
    form === 'given'
      ? id.compare(last) > 0
      : nextId(call.store, id, last, call.store.nowMs, form === 'sequence');
  if (!isChosen) throw new CommandError(streamIdTooSmall);
}
