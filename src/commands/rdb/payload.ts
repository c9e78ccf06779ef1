// The payload of DUMP and RESTORE: a value in RDB form, the version of the format and a checksum. Written so that Redis
// 5 and later take it; read up to the version of Redis 7.4, as far as the types are known.
//
//   u8 type, value; u16 version; u64 CRC-64 of all before (both little-endian)
import { atOnce } from '../../base/at-once.ts';
import type { Keyspace } from '../../store/keyspace.ts';
import type { Store } from '../../store/store.ts';
import { crc64 } from './crc64.ts';
import { MalformedRdb, RdbReader } from './rdb-reader.ts';
import { RdbWriter } from './rdb-writer.ts';
import type { Source, Target, ValueCodec } from './value-codec.ts';
import { codecOfEntry, codecOfRdb } from './value-codecs.ts';

const versionMax = 12;
const footerBytes = 10;

/** Writes the payload of a value, in steps; undefined where it has no RDB form, false where it is gone meanwhile. */
export function* dumpInSteps(source: Source): Generator<void, Buffer | undefined | false, void> {
  const codec = codecOfEntry(source.store.entries.type(source.find()));
  if (codec === undefined) return undefined;
  const out = new RdbWriter();
  const writing = codec.write(source, out);
  if (!(typeof writing === 'boolean' ? writing : yield* writing)) return false;
  out.u16(out.version);
  out.u64(yield* sum(out.bytes(), source.store.sliceSizes.summedBytes));
  return out.bytes();
}

/** The payload of an entry at once; undefined where its type has no RDB form. */
export function dumpPayload(store: Store, ks: Keyspace, at: number): Buffer | undefined {
  const payload = atOnce(dumpInSteps({ store, ks, find: () => at }));
  return payload === false ? undefined : payload;
}

/** Whether version and checksum are right. */
export function isSoundPayload(payload: Buffer): boolean {
  return atOnce(isSoundInSteps(payload, payload.length));
}

/** The same in steps of so many bytes. */
export function* isSoundInSteps(payload: Buffer, summedBytes: number): Generator<void, boolean, void> {
  const end = payload.length - footerBytes;
  if (end < 0 || payload.readUInt16LE(end) > versionMax) return false;
  const checksum = payload.readBigUInt64LE(end + 2);
  // As Redis has it, where a checksum was not computed.
  return checksum === 0n || checksum === (yield* sum(payload.subarray(0, end + 2), summedBytes));
}

/** The checksum, in steps. */
function* sum(body: Buffer, summedBytes: number): Generator<void, bigint, void> {
  let checksum = 0n;
  for (let at = 0; at < body.length; at += summedBytes) {
    if (at > 0) yield;
    checksum = crc64(body, at, Math.min(body.length, at + summedBytes), checksum);
  }
  return checksum;
}

/** A payload's value, as far as its type is known here, to be read. */
export interface OpenPayload {
  readonly codec: ValueCodec;
  readonly rdbType: number;
  readonly input: RdbReader;
}

/** Opens the value of a sound payload; undefined where it is of a type that is not known here. */
export function openPayload(payload: Buffer): OpenPayload | undefined {
  const input = new RdbReader(payload, 0, Math.max(0, payload.length - footerBytes));
  if (input.isAtEnd) return undefined;
  const rdbType = input.u8();
  const codec = codecOfRdb(rdbType);
  return codec && { codec, rdbType, input };
}

/** What puts the value of a sound payload; undefined where it is malformed or of a type that is not known here. */
export function readPayload(payload: Buffer): ((target: Target) => void) | undefined {
  const opened = openPayload(payload);
  if (opened === undefined) return undefined;
  const { codec, rdbType, input } = opened;
  try {
    const put = codec.read(rdbType, input);
    return input.isAtEnd ? put : undefined;
  } catch (error) {
    if (error instanceof MalformedRdb) return undefined;
    throw error;
  }
}
