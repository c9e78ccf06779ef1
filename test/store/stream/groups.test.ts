// What is pending in a group and for each of its consumers, beside a map of ids, under random histories.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StreamId } from '../../../src/delta/stream-id.ts';
import type { Ground } from '../../../src/store/keyspace.ts';
import { GroupNoteReader } from '../../../src/store/stream/group-note.ts';
import {
  type Consumer,
  type Group,
  GroupCursor,
  PendingChunks,
  StreamGroups,
} from '../../../src/store/stream/groups.ts';
import { runs } from '../../runs.ts';
import { TestNode } from '../fleet.ts';

class Pending {
  readonly pending: PendingChunks;
  readonly groups: StreamGroups;
  readonly group: Group;
  readonly known = new Map<number, string>();
  private readonly id = new StreamId();

  constructor(ground: Ground) {
    this.pending = new PendingChunks(ground);
    this.groups = new StreamGroups(ground, this.pending);
    this.group = this.groups.create(Buffer.from('g'), this.id, 0);
  }

  consumer(name: string): Consumer {
    return this.group.consumers.get(name) ?? this.groups.join(this.group, Buffer.from(name), 1);
  }

  deliver(name: string, ms: number): void {
    this.groups.deliver(this.group, this.consumer(name), this.id.setNumbers(ms, 1), 1000 + ms, 1);
    this.known.set(ms, name);
  }

  acknowledge(ms: number): void {
    const wasThere = this.groups.acknowledge(this.group, this.id.setNumbers(ms, 1));
    assert.equal(wasThere, this.known.delete(ms));
  }

  leave(name: string): void {
    this.groups.leave(this.group, this.consumer(name));
    for (const [ms, owner] of this.known) if (owner === name) this.known.delete(ms);
  }

  /** What is pending behind `ms`, of one consumer where one is given. */
  list(groups: StreamGroups, from: number, consumer?: Consumer): string[] {
    const { pending } = this;
    const group = groups.find('g')!;
    pending.open(group, consumer);
    const out: string[] = [];
    for (let more = pending.seek(this.id.setNumbers(from, 0)); more; more = pending.next()) {
      out.push(`${pending.id.text} ${group.byNumber[pending.consumer]?.name} ${pending.timeMs}`);
    }
    return out;
  }

  check(groups: StreamGroups, from: number): void {
    const sorted = [...this.known].sort(([a], [b]) => a - b).filter(([ms]) => ms >= from);
    const text = ([ms, name]: [number, string]): string => `${ms}-1 ${name} ${1000 + ms}`;
    assert.deepEqual(this.list(groups, from), sorted.map(text));
    for (const consumer of groups.find('g')!.consumers.values()) {
      const name = consumer.name.toString();
      const own = [...this.known.values()].filter((owner) => owner === name);
      assert.equal(consumer.pending, own.length);
      const expected = sorted.filter(([, owner]) => owner === name).map(text);
      assert.deepEqual(this.list(groups, from, consumer), expected);
    }
  }
}

/** Takes what notes tell of groups, in slices. */
function takeNotes(from: StreamGroups, to: StreamGroups): void {
  const cursor = new GroupCursor();
  for (let isDone = false; !isDone; ) {
    const notes: Uint8Array[] = [];
    isDone = from.emit((note) => notes.push(note.bytes.slice(0, note.length)), 7, cursor);
    for (const note of notes) assert.equal(to.apply(new GroupNoteReader(note, 0, note.length)), true);
  }
}

const name = fc.constantFrom('a', 'b', 'b', 'c');
const ms = fc.nat(400);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ deliver: name, from: ms, count: fc.constantFrom(1, 1, 200) }) },
  { weight: 2, arbitrary: fc.record({ acknowledge: ms, count: fc.constantFrom(1, 1, 100) }) },
  { weight: 1, arbitrary: fc.record({ leave: name }) },
);

test('what is pending in a group, and for each consumer, is what was delivered and not acknowledged', () => {
  const { ground } = new TestNode('n').store;
  const usedBefore = ground.arena.usedBytes;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), ms, (steps, from) => {
      const held = new Pending(ground);
      for (const each of steps) {
        if ('deliver' in each) for (let i = 0; i < each.count; i++) held.deliver(each.deliver, each.from + i);
        else if ('acknowledge' in each)
          for (let i = 0; i < each.count; i++) held.acknowledge(each.acknowledge + 2 * i);
        else held.leave(each.leave);
      }
      held.check(held.groups, 0);
      held.check(held.groups, from);
      const copy = new StreamGroups(ground, held.pending);
      takeNotes(held.groups, copy);
      held.check(copy, from);
      held.groups.free();
      held.check(copy, 0);
      copy.free();
    }),
    { numRuns: runs(100) },
  );
  assert.equal(ground.arena.usedBytes, usedBefore);
});

test('a consumer without anything pending any more leaves nothing behind', () => {
  const { ground } = new TestNode('n').store;
  const usedBefore = ground.arena.usedBytes;
  const held = new Pending(ground);
  held.deliver('a', 1);
  held.acknowledge(1);
  held.leave('a');
  held.groups.free();
  assert.equal(ground.arena.usedBytes, usedBefore);
});

test('a consumer with little of what is pending is found, and leaves, without a walk through the rest', () => {
  const held = new Pending(new TestNode('n').store.ground);
  for (let i = 0; i < 5000; i++) held.deliver(i % 500 === 7 ? 'few' : 'many', i);
  assert.equal(held.list(held.groups, 0, held.consumer('few')).length, 10);
  held.check(held.groups, 2000);
  held.leave('few');
  held.check(held.groups, 0);
  held.leave('many');
  held.check(held.groups, 0);
});

test('a note holds every count of entries read that there can be', () => {
  const { ground } = new TestNode('n').store;
  const last = new StreamId();
  for (const count of [-1, 0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER]) {
    const pending = new PendingChunks(ground);
    const groups = new StreamGroups(ground, pending);
    groups.create(Buffer.from('g'), last, count);
    const copy = new StreamGroups(ground, pending);
    takeNotes(groups, copy);
    assert.equal(copy.find('g')?.entriesRead, count);
  }
});
