// MAXLEN, MINID and LIMIT of XADD and XTRIM: how they are read and what they do.
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import {
  limitNotPositive,
  limitWithoutApproximation,
  limitWithoutTrim,
  maxLenNotPositive,
  trimMissing,
  trimOptionsClash,
} from '../../resp/errors.ts';
import { excess, excessBelow } from '../../store/stream/excess.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import { readId } from './read-id.ts';

const limitDefault = 10_000;
const limitMax = 1_000_000;
/** Chunks that an approximate trim removes at most where no limit is given. */
const limitChunks = 100;

export class TrimOptions {
  kind: 'none' | 'maxlen' | 'minid' = 'none';
  countMax = 0;
  readonly minId = new StreamId();
  isApproximate = false;
  limit = -1;
  /** XADD: the key is not to be made. */
  isNoMake = false;

  reset(): void {
    this.kind = 'none';
    this.isApproximate = false;
    this.limit = -1;
    this.isNoMake = false;
  }

  /** Reads options from argument `from` on. Returns the first argument that is none. */
  read(call: Call, from: number, isAdd: boolean): number {
    this.reset();
    let i = from;
    for (; i < call.argc; i++) {
      const more = call.argc - 1 - i;
      if (isAdd && call.is(i, '*')) break;
      if (more > 0 && (call.is(i, 'maxlen') || call.is(i, 'minid'))) i = this.readTrim(call, i, more);
      else if (more > 0 && call.is(i, 'limit')) {
        this.limit = call.integer(i + 1);
        if (this.limit < 0) throw new CommandError(limitNotPositive);
        i += 1;
      } else if (isAdd && call.is(i, 'nomkstream')) this.isNoMake = true;
      else if (isAdd) break;
      else call.syntaxError();
    }
    return i;
  }

  /** After the id of XADD was read: throws where the options do not go together. */
  check(isAdd: boolean): void {
    if (this.kind === 'none' && this.limit > 0) throw new CommandError(limitWithoutTrim);
    if (this.kind === 'none' && !isAdd) throw new CommandError(trimMissing);
    if (this.limit >= 0 && !this.isApproximate) throw new CommandError(limitWithoutApproximation);
  }

  private readTrim(call: Call, at: number, more: number): number {
    if (this.kind !== 'none') throw new CommandError(trimOptionsClash);
    let i = at + 1;
    this.isApproximate = false;
    if (more >= 2 && call.is(i, '~')) {
      this.isApproximate = true;
      i += 1;
    } else if (more >= 2 && call.is(i, '=')) i += 1;
    if (call.is(at, 'minid')) {
      this.kind = 'minid';
      readId(call, i, this.minId);
      return i;
    }
    this.kind = 'maxlen';
    this.countMax = call.integer(i);
    if (this.countMax < 0) throw new CommandError(maxLenNotPositive);
    return i;
  }

  /** Trims the open stream, which there is. Returns how many entries went. */
  apply(streams: Streams): number {
    if (this.kind === 'none') return 0;
    const limit = this.limitNow(streams);
    const n =
      this.kind === 'maxlen'
        ? excess(streams.live, this.countMax, !this.isApproximate, limit)
        : excessBelow(streams.live, this.minId, !this.isApproximate, limit);
    if (n > 0) streams.trim(n);
    return n;
  }

  private limitNow(streams: Streams): number {
    if (!this.isApproximate) return 0;
    if (this.limit >= 0) return this.limit;
    const { entriesMax } = streams.store.listpackLimits.streamNode;
    return entriesMax <= 0 ? limitDefault : Math.min(limitMax, limitChunks * entriesMax);
  }
}
