// The codecs of all types of values, by the entries they write and the RDB types they read. A new type is one line
// here.
import { hashCodec } from './hash-codec.ts';
import { listCodec } from './list-codec.ts';
import { setCodec } from './set-codec.ts';
import { streamCodec } from './stream-codec.ts';
import { stringCodec } from './string-codec.ts';
import type { ValueCodec } from './value-codec.ts';
import { zsetCodec } from './zset-codec.ts';

const codecs: readonly ValueCodec[] = [stringCodec, hashCodec, listCodec, setCodec, streamCodec, zsetCodec];

/** The codec that writes entries of this type; undefined where there is none. */
export function codecOfEntry(entryType: number): ValueCodec | undefined {
  return codecs.find((codec) => codec.entryType === entryType);
}

/** The codec that reads values of this RDB type; undefined where there is none. */
export function codecOfRdb(rdbType: number): ValueCodec | undefined {
  return codecs.find((codec) => codec.rdbTypes.includes(rdbType));
}
