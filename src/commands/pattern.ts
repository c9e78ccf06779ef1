// Reads an argument as a glob pattern. Its length is limited, because matching takes pattern times text steps.
import { CommandError } from '../base/errors.ts';
import { Glob, globBytesMax } from '../base/glob.ts';
import { patternTooLong } from '../resp/errors.ts';
import type { Call } from './call.ts';

/** The pattern in argument i. Throws where it is too long. */
export function readPattern(call: Call, i: number): Glob {
  const length = call.length(i);
  if (length > globBytesMax) throw new CommandError(patternTooLong(globBytesMax));
  const offset = call.offset(i);
  return new Glob(call.buf.subarray(offset, offset + length));
}
