// A large value in RDB form that is made ready out of sight, in slices, while it is read: sets, sorted sets and hashes
// as elements, all else as keys (large-work.ts). A malformed one has changed nothing. It does not know when the value
// counts.
import { CommandError } from '../../base/errors.ts';
import { badPayload } from '../../resp/errors.ts';
import { isStageable, StagedElements } from '../../store/staged-elements.ts';
import type { Pour } from '../../store/staged-key.ts';
import type { Call } from '../call.ts';
import { type Pace, stage, stageKey, type Work } from '../large-work.ts';
import { type OpenPayload, openPayload, readPayload } from './payload.ts';
import { MalformedRdb } from './rdb-reader.ts';
import type { Part, Place, ReadElement } from './value-codec.ts';

/** Puts what has been made ready, with a deadline in Unix ms, 0 = none. */
type Put = (deadlineMs: number) => void;

/**
 * Reads the value of a sound payload, and then has `place` put it at the key in argument i. Throws CommandError where
 * it is malformed, or does not fit.
 */
export function* stageValue(
  call: Call,
  i: number,
  pace: Pace,
  payload: Buffer,
  place: (put: Put) => void,
): Work {
  const { store, keyspace: ks, buf: key } = call;
  const target = { store, ks, key, offset: call.offset(i), length: call.length(i) };
  const { codec, rdbType, input } = open(payload);
  const { elements: partElements } = store.sliceSizes;
  const reading = codec.readLarge?.(rdbType, input, partElements);
  if (reading !== undefined && 'elements' in reading && isStageable(codec.entryType)) {
    const staged = new StagedElements(store, ks, codec.entryType);
    const steps = refusing(fillElements(staged, reading.elements, partElements), () => input.isAtEnd);
    return yield* stage(call, i, pace, staged, steps, () =>
      place((deadlineMs) => staged.replace(ks, key, target.offset, target.length, deadlineMs)),
    );
  }
  const isLarge = reading !== undefined;
  const count = payload.length / elementBytes;
  const staged = isLarge ? yield* stageKey(call, i, pace, ks, count, () => pour(payload, target)) : undefined;
  const read = staged === undefined ? readAtOnce(payload) : undefined;
  const put = (deadlineMs: number): void => {
    if (staged?.replace(deadlineMs) !== undefined) return;
    (read ?? readAtOnce(payload))({ ...target, deadlineMs });
  };
  return { run: () => place(put), discard: () => staged?.discard() };
}

/** What an element takes in a payload, about. */
const elementBytes = 16;

function open(payload: Buffer): OpenPayload {
  const opened = openPayload(payload);
  if (opened === undefined) throw new CommandError(badPayload);
  return opened;
}

function readAtOnce(payload: Buffer): NonNullable<ReturnType<typeof readPayload>> {
  const put = readPayload(payload);
  if (put === undefined) throw new CommandError(badPayload);
  return put;
}

/** The steps, whose end is that of the payload; what is malformed is refused. */
function* refusing<T>(steps: Generator<T, void, void>, isAtEnd: () => boolean): Generator<T, boolean, void> {
  try {
    yield* steps;
  } catch (error) {
    throw refusal(error);
  }
  if (!isAtEnd()) throw new CommandError(badPayload);
  return true;
}

function refusal(error: unknown): unknown {
  return error instanceof MalformedRdb ? new CommandError(badPayload) : error;
}

function* fillElements(
  staged: StagedElements,
  elements: Iterable<ReadElement>,
  partElements: number,
): Generator<void, void, void> {
  let count = 0;
  for (const { name, value } of elements) {
    staged.put(name, 0, name.length, value, 0, value.length);
    count += 1;
    if (count % partElements === 0) yield;
  }
  if (count === 0 || staged.size !== count)
    throw new MalformedRdb('a collection of no elements, or with one twice');
}

/** From the first part on, however often it is tried. */
function* pour(payload: Buffer, target: Place): Generator<Pour, boolean, void> {
  const { codec, rdbType, input } = open(payload);
  const reading = codec.readLarge?.(rdbType, input, target.store.sliceSizes.elements);
  const parts = reading !== undefined && 'parts' in reading ? reading.parts : [];
  return yield* refusing(pours(parts, target), () => input.isAtEnd);
}

function* pours(parts: Iterable<Part | undefined>, target: Place): Generator<Pour, void, void> {
  let isEmpty = true;
  for (const part of parts) {
    isEmpty = false;
    yield (ks) => {
      try {
        part?.({ ...target, ks });
      } catch (error) {
        throw refusal(error);
      }
    };
  }
  if (isEmpty) throw new MalformedRdb('a value of no elements');
}
