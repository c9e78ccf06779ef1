// What PFCOUNT and PFMERGE share: the union of what many HyperLogLogs have seen, in slices where the keys are very many
// (large-work.ts). It does not know what becomes of it.
import { registerCount } from '../../store/hyperloglog.ts';
import type { Call } from '../call.ts';
import type { Work } from '../large-work.ts';

/** To take in one key takes as long as so many elements of a collection. */
const elementsPerKey = 64;
const united = new Uint8Array(registerCount);

/**
 * Calls `done` with the union, which it must not keep, of all keys that are arguments. Throws CommandError where one is
 * none.
 */
export function uniteKeys(call: Call, done: (call: Call, registers: Uint8Array) => void): void {
  if (call.argc * elementsPerKey < call.sliceSizes.largeElementsMin) {
    united.fill(0);
    // One after the other, as Redis does it: what is no HyperLogLog ends it before the next key is looked up.
    for (let i = 1; i < call.argc; i++) take(call, call.findString(i), united);
    done(call, united);
    return;
  }
  const keys = Array.from({ length: call.argc - 1 }, (_, i) => i + 1);
  const reads: Reads = { counted: 0 };
  call.services.largeWork.run(call, keys, (own) => inSlices(own, reads, done));
}

/** Up to which argument the reads are counted, and told of: once each, however often the work begins anew. */
interface Reads {
  counted: number;
}

function take(call: Call, at: number, registers: Uint8Array): void {
  if (at !== 0) call.store.registers.mergeEntry(registers, at);
}

function* inSlices(call: Call, reads: Reads, done: (call: Call, registers: Uint8Array) => void): Work {
  const registers = new Uint8Array(registerCount);
  const keysAtOnce = Math.ceil(call.sliceSizes.elements / elementsPerKey);
  for (let i = 1; i < call.argc; i++) {
    if (i % keysAtOnce === 0) yield;
    const isCounted = i <= reads.counted;
    reads.counted = Math.max(reads.counted, i);
    take(call, isCounted ? call.findStringToWrite(i) : call.findString(i), registers);
  }
  return { run: () => done(call, registers), discard() {} };
}
