// All that is known of a list's elements as copies, for repairs of a whole store, which give them other dots or forget
// them. It knows no repairs.
import { stampFrom, stampHi, stampLo } from '../../base/clock.ts';
import type { Dot } from '../key-state.ts';
import { Element } from './element.ts';
import { ListValue } from './list-value.ts';
import type { OpenList } from './open-list.ts';

/** All that is known of one element, as a copy. */
export interface ListMemory {
  readonly id: Dot;
  readonly rank: number;
  readonly extension: Uint8Array;
  /** Of the value where it was rewritten; of a dead element the event that removed it. */
  readonly dot: Dot | undefined;
  readonly bytes: Uint8Array;
  readonly isDead: boolean;
}

/** Copies of all that is known of elements, the living first. */
export function memoriesOf(opened: OpenList): ListMemory[] {
  const { chunks } = opened;
  const { u8 } = opened.store.arena;
  const value = new ListValue();
  const out: ListMemory[] = [];
  for (const [list, isDead] of [
    [opened.live, false],
    [opened.dead, true],
  ] as const) {
    for (let ordinal = 0; ordinal < (list?.size ?? 0); ordinal++) {
      chunks.open(list!.chunkAt(ordinal));
      while (chunks.next()) {
        const { place, extensionOffset, dotOrigin } = chunks;
        value.read(u8, chunks.value);
        out.push({
          id: { stamp: stampFrom(place.hi, place.lo), origin: place.origin },
          rank: place.rank,
          extension: u8.slice(extensionOffset, extensionOffset + chunks.extensionLength),
          dot:
            dotOrigin === 0 ? undefined : { stamp: stampFrom(chunks.dotHi, chunks.dotLo), origin: dotOrigin },
          bytes: value.bytes.slice(value.offset, value.offset + value.length),
          isDead,
        });
      }
    }
  }
  return out;
}

/** Puts what `change` makes of each memory in the place of what is known; undefined = it is forgotten. */
export function remakeElements(
  opened: OpenList,
  change: (memory: ListMemory) => ListMemory | undefined,
): void {
  const memories = memoriesOf(opened);
  const changed = memories.map(change);
  if (changed.every((m, i) => m === memories[i])) return;
  opened.empty();
  const e = new Element();
  for (const memory of changed) {
    if (memory === undefined) continue;
    load(e, memory);
    if (memory.isDead) opened.remember(e, e.dotHi, e.dotLo, e.dotOrigin);
    else if (!opened.live.find(e)) opened.insertLocated(e);
  }
}

function load(e: Element, memory: ListMemory): void {
  const { id, rank, extension, dot, bytes } = memory;
  e.place.hi = stampHi(id.stamp);
  e.place.lo = stampLo(id.stamp);
  e.place.origin = id.origin;
  e.place.rank = rank;
  e.extension = extension;
  e.extensionOffset = 0;
  e.extensionLength = extension.length;
  e.dotOrigin = dot?.origin ?? 0;
  e.dotHi = stampHi(dot?.stamp ?? 0);
  e.dotLo = stampLo(dot?.stamp ?? 0);
  e.bytes = bytes;
  e.offset = 0;
  e.length = bytes.length;
}
