// The names that clients give themselves, and their libraries: printable ASCII without spaces, so that CLIENT LIST
// stays one line a client and one word a field. Shared by CLIENT SETNAME, CLIENT SETINFO and HELLO SETNAME.
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';

/** Longer names than this are refused: they are kept for as long as the connection. */
export const nameBytesMax = 512;

/** Argument i as a name. `what` begins the error: `Client names`. */
export function readName(call: Call, i: number, what: string): string {
  const name = call.text(i);
  if (!/^[!-~]*$/.test(name)) {
    throw new CommandError(`ERR ${what} cannot contain spaces, newlines or special characters.`);
  }
  if (name.length > nameBytesMax) throw new CommandError(`ERR ${what} cannot exceed ${nameBytesMax} bytes.`);
  return name;
}
