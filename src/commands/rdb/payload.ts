// The payload of DUMP and RESTORE: a value in RDB form, the version of the format and a checksum. Written so that Redis 5
// and later take it; read up to the version of Redis 7.4, as far as the types are known.
//
//   u8 type, value; u16 version; u64 CRC-64 of all before (both little-endian)
import type { Keyspace } from '../../store/keyspace.ts';
import type { Store } from '../../store/store.ts';
import { crc64 } from './crc64.ts';
import { MalformedRdb, RdbReader } from './rdb-reader.ts';
import { RdbWriter } from './rdb-writer.ts';
import type { Source, Target } from './value-codec.ts';
import { codecOfEntry, codecOfRdb } from './value-codecs.ts';

const versionMax = 12;
const footerBytes = 10;
/** Bytes that are summed between two yields. */
const summedBytes = 256 * 1024;

/** Writes the payload of a value, in steps; undefined where it has no RDB form, false where it is gone meanwhile. */
export function* dumpInSteps(source: Source): Generator<void, Buffer | undefined | false, void> {
  const codec = codecOfEntry(source.store.entries.type(source.find()));
  if (codec === undefined) return undefined;
  const out = new RdbWriter();
  const writing = codec.write(source, out);
  if (!(typeof writing === 'boolean' ? writing : yield* writing)) return false;
  out.u16(out.version);
  const body = out.bytes();
  let checksum = 0n;
  for (let at = 0; at < body.length; at += summedBytes) {
    if (at > 0) yield;
    checksum = crc64(body, at, Math.min(body.length, at + summedBytes), checksum);
  }
  out.u64(checksum);
  return out.bytes();
}

/** The payload of an entry at once; undefined where its type has no RDB form. */
export function dumpPayload(store: Store, ks: Keyspace, at: number): Buffer | undefined {
  const steps = dumpInSteps({ store, ks, find: () => at });
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value === false ? undefined : value;
  }
}

/** Whether version and checksum are right. */
export function isSoundPayload(payload: Buffer): boolean {
  const end = payload.length - footerBytes;
  if (end < 0 || payload.readUInt16LE(end) > versionMax) return false;
  const checksum = payload.readBigUInt64LE(end + 2);
  // As Redis has it, where a checksum was not computed.
  return checksum === 0n || checksum === crc64(payload, 0, end + 2);
}

/** What puts the value of a sound payload; undefined where it is malformed or of a type that is not known here. */
export function readPayload(payload: Buffer): ((target: Target) => void) | undefined {
  const input = new RdbReader(payload, 0, payload.length - footerBytes);
  try {
    const type = input.u8();
    const put = codecOfRdb(type)?.read(type, input);
    return input.isAtEnd ? put : undefined;
  } catch (error) {
    if (error instanceof MalformedRdb) return undefined;
    throw error;
  }
}
