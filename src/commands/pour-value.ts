// How a large string is poured in parts into a key out of sight (store/staged-key.ts): what was read of others at one
// moment, or made of it. It does not know what the string is made of, nor when it counts.
import type { Pour } from '../store/staged-key.ts';
import type { Call } from './call.ts';

/** Bytes, valid until the store changes. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** All of them are zeros. */
  readonly isBlank?: boolean;
}

/** A millisecond is for so many bytes; what `stageKey` counts is elements, of which a millisecond is for 200. */
const bytesPerElement = 512;

/** What `stageKey` is to count for a string of so many bytes. */
export function elementsOfBytes(length: number): number {
  return Math.ceil(length / bytesPerElement);
}

/**
 * Pours the `length` bytes, more than none, that `read` gives for a position and a length into the key in argument
 * `key`; it returns undefined where what it reads is not what it was. False then, and where there is no room.
 */
export function* pourValue(
  call: Call,
  key: number,
  length: number,
  read: (position: number, length: number) => Piece | undefined,
): Generator<Pour, boolean, void> {
  const { store, buf } = call;
  const [offset, keyLength] = [call.offset(key), call.length(key)];
  if (!store.hasBlock(store.entries.size(keyLength, length, true))) return false;
  const { writtenBytes: pieceBytes } = call.sliceSizes;
  let isCurrent = true;
  const pour = (position: number): Pour => {
    return (hidden) => {
      const count = Math.min(pieceBytes, length - position);
      const piece = read(position, count);
      isCurrent = piece !== undefined;
      if (piece === undefined) return;
      const isLast = position + count === length;
      if (isLast) store.strings.stake(hidden, buf, offset, keyLength, length);
      // The last piece is said in any case, as the length is known by it.
      if (piece.isBlank === true && !isLast) {
        store.strings.blank(hidden, buf, offset, keyLength, position, count);
      } else {
        store.strings.patch(hidden, buf, offset, keyLength, position, piece.bytes, piece.offset, count);
      }
    };
  };
  const last = Math.floor((length - 1) / pieceBytes) * pieceBytes;
  yield pour(last);
  for (let position = 0; isCurrent && position < last; position += pieceBytes) yield pour(position);
  return isCurrent;
}
