// The payload of DUMP and RESTORE: a value in RDB form, the version of the format and a checksum. Written so that Redis 5
// and later take it; read up to the version of Redis 7.4, as far as the types are known.
//
//   u8 type, value; u16 version; u64 CRC-64 of all before (both little-endian)
import type { Keyspace } from '../../store/keyspace.ts';
import type { Store } from '../../store/store.ts';
import { crc64 } from './crc64.ts';
import { MalformedRdb, RdbReader } from './rdb-reader.ts';
import { RdbWriter } from './rdb-writer.ts';
import type { Target } from './value-codec.ts';
import { codecOfEntry, codecOfRdb } from './value-codecs.ts';

const versionMax = 12;
const footerBytes = 10;

/** The payload of an entry; undefined where its type has no RDB form. */
export function dumpPayload(store: Store, ks: Keyspace, at: number): Buffer | undefined {
  const codec = codecOfEntry(store.entries.type(at));
  if (codec === undefined) return undefined;
  const out = new RdbWriter();
  codec.write(store, ks, at, out);
  out.u16(out.version);
  const body = out.bytes();
  out.u64(crc64(body, 0, body.length));
  return out.bytes();
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
