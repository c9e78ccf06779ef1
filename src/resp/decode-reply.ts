// Decodes one whole RESP2 reply that this process has written itself (reply-writer.ts), so it needs no limits: who may
// be hostile is read by reply-reader.ts. Texts are made by the caller, as strings or as the bytes that they are.
import { CommandError } from '../base/errors.ts';

/** A reply with texts as `Text`. Integers that a number cannot hold exactly are bigints, errors are values. */
export type DecodedReply<Text> = Text | number | bigint | null | CommandError | DecodedReply<Text>[];

/** Makes what is given out of the bytes of a text, which are another reply's later. */
export type ReadText<Text> = (bytes: Buffer) => Text;

const PLUS = 43;
const MINUS = 45;
const COLON = 58;
const DOLLAR = 36;
const CR = 13;

/** The reply that stands in `bytes`; null where there is none, for a client that wants no answers. */
export function decodeReply<Text>(bytes: Buffer, readText: ReadText<Text>): DecodedReply<Text> {
  let at = 0;
  const next = (): DecodedReply<Text> => {
    const type = bytes[at]!;
    const from = at + 1;
    const end = bytes.indexOf(CR, from);
    at = end + 2;
    if (type === PLUS) return readText(bytes.subarray(from, end));
    const line = bytes.toString('utf8', from, end);
    if (type === MINUS) return new CommandError(line);
    const value = Number(line);
    if (type === COLON) return Number.isSafeInteger(value) ? value : BigInt(line);
    if (value < 0) return null;
    if (type !== DOLLAR) return Array.from({ length: value }, next);
    const text = readText(bytes.subarray(at, at + value));
    at += value + 2;
    return text;
  };
  return bytes.length === 0 ? null : next();
}
