// Copies the record at which a reader stands into another batch: joined deltas into the journal, the journal's tail
// onto a link. References to origins, keys and stamps are batch-local, so a record is written anew, never spliced.
import { FerriteError } from '../base/errors.ts';
import type { BatchReader } from './batch-reader.ts';
import type { BatchWriter } from './batch-writer.ts';
import { DeltaFlag, DeltaKind, UnheldFlag } from './kinds.ts';

/** Appends the reader's current record to `w`. Throws FerriteError for a kind that this version does not know. */
export function copyRecord(d: BatchReader, w: BatchWriter): void {
  if (d.elementType === 0) {
    copy(d, w, d.keyOffset, d.keyLength);
    return;
  }
  w.within(d.elementType, d.buf, d.keyOffset, d.keyLength);
  copy(d, w, d.elementOffset, d.elementLength);
  w.outside();
}

function valueIn({ buf, valueOffset, valueLength }: BatchReader): Buffer {
  return buf.subarray(valueOffset, valueOffset + valueLength);
}

function copy(d: BatchReader, w: BatchWriter, ko: number, kl: number): void {
  const { buf, db, origin, hi, lo } = d;
  const head = w.pos;
  switch (d.kind) {
    case DeltaKind.put: {
      const stated = d.has(DeltaFlag.expiryStated);
      w.put(
        db,
        buf,
        ko,
        kl,
        origin,
        hi,
        lo,
        buf,
        d.valueOffset,
        d.valueLength,
        stated,
        d.deadlineMs,
        d.baseOrigin,
        d.baseHi,
        d.baseLo,
      );
      if (d.has(DeltaFlag.hollow)) w.hollow(head);
      break;
    }
    case DeltaKind.count:
      if (d.has(DeltaFlag.decimal)) {
        const sum = buf.toString('latin1', d.valueOffset, d.valueOffset + d.valueLength);
        w.countDecimal(db, buf, ko, kl, origin, hi, lo, d.runHi, d.runLo, sum);
      } else w.count64(db, buf, ko, kl, origin, hi, lo, d.runHi, d.runLo, d.sumHi, d.sumLo);
      return;
    case DeltaKind.patch:
      w.patch(
        db,
        buf,
        ko,
        kl,
        origin,
        hi,
        lo,
        d.baseOrigin,
        d.baseHi,
        d.baseLo,
        d.at,
        buf,
        d.valueOffset,
        d.valueLength,
      );
      return;
    case DeltaKind.clear:
      if (d.has(DeltaFlag.floor)) w.floor(db, buf, ko, kl, origin, hi, lo);
      else w.clear(db, buf, ko, kl, origin, hi, lo, d.baseOrigin, d.baseHi, d.baseLo, d.clearType);
      break;
    case DeltaKind.expire:
      w.expire(db, buf, ko, kl, origin, hi, lo, d.deadlineMs);
      return;
    case DeltaKind.insert:
      w.insert(
        db,
        buf,
        ko,
        kl,
        origin,
        hi,
        lo,
        buf,
        d.positionOffset,
        d.positionLength,
        buf,
        d.valueOffset,
        d.valueLength,
      );
      return;
    case DeltaKind.rewrite:
      w.rewrite(
        db,
        buf,
        ko,
        kl,
        origin,
        hi,
        lo,
        d.baseOrigin,
        d.baseHi,
        d.baseLo,
        buf,
        d.positionOffset,
        d.positionLength,
        buf,
        d.valueOffset,
        d.valueLength,
      );
      return;
    case DeltaKind.remove:
      w.remove(
        db,
        buf,
        ko,
        kl,
        origin,
        hi,
        lo,
        d.baseOrigin,
        d.baseHi,
        d.baseLo,
        buf,
        d.positionOffset,
        d.positionLength,
      );
      return;
    case DeltaKind.entry:
      w.entry(db, buf, ko, kl, origin, hi, lo, d.id, d.added, buf, d.valueOffset, d.valueLength);
      return;
    case DeltaKind.extent:
      w.extent(db, buf, ko, kl, origin, hi, lo, d.id, d.added, d.deletedId, d.trimId);
      return;
    case DeltaKind.group:
      w.group(db, buf, ko, kl, origin, hi, lo, buf, d.valueOffset, d.valueLength);
      return;
    case DeltaKind.clearDb:
      w.clearDb(db, origin, hi, lo, d.baseOrigin, d.baseHi, d.baseLo);
      return;
    case DeltaKind.mapDb:
      w.mapDb(db, origin, hi, lo, d.deadlineMs);
      return;
    case DeltaKind.forget:
      w.forget(db, buf, ko, kl, origin, hi, lo);
      return;
    case DeltaKind.evict:
      w.evict(db, buf, ko, kl, d, d.flags, d.has(UnheldFlag.ends) ? valueIn(d) : undefined);
      return;
    case DeltaKind.registers:
      w.registers(
        db,
        buf,
        ko,
        kl,
        origin,
        hi,
        lo,
        d.baseOrigin,
        d.baseHi,
        d.baseLo,
        buf,
        d.valueOffset,
        d.valueLength,
      );
      return;
    case DeltaKind.frontier:
      w.frontier(origin, d.stamp, d.tag);
      return;
    case DeltaKind.start:
      w.start(origin, d.stamp, d.tag);
      return;
    default:
      throw new FerriteError('LINK_PROTOCOL', `a delta of kind ${d.kind} cannot be copied`);
  }
  if (d.records.length > 0) w.records(head, d.records);
}
