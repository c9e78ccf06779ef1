// Reads the number of a database, as MOVE and COPY take it. Its errors are those of Redis for a 32-bit index.
import { CommandError } from '../base/errors.ts';
import { dbOutOfRange, valueNotBetween } from '../resp/errors.ts';
import type { Call } from './call.ts';

const int32Min = -(2 ** 31);
const int32Max = 2 ** 31 - 1;

/** The database that argument i names. Throws Redis's errors for what is none. */
export function readDatabase(call: Call, i: number): number {
  const index = Number(call.bigInteger(i));
  if (index < int32Min || index > int32Max) throw new CommandError(valueNotBetween(int32Min, int32Max));
  if (index < 0 || index >= call.services.databases) throw new CommandError(dbOutOfRange);
  return index;
}
