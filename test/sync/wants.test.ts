import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Wants } from '../../src/sync/wants.ts';

const retryMs = 1000;

/** Wants of a node whose peer takes two at a time. */
class Rig {
  readonly asked: string[] = [];
  readonly told: string[] = [];
  readonly figures = { wants: 0, wantsRefused: 0 };
  readonly wants: Wants;
  private readonly late: { readonly atMs: number; readonly run: () => void }[] = [];

  constructor() {
    this.wants = new Wants({
      limits: { wantsMax: 2, retryMs },
      timers: {
        after: (atMs, run) => {
          this.late.push({ atMs, run });
          return () => {};
        },
      },
      figures: this.figures,
      ask: ({ want, db, key }) => this.asked.push(`${want} ${db}:${Buffer.from(key, 'base64')}`),
    });
  }

  fetch(key: string): () => void {
    return this.wants.fetch(0, Buffer.from(key), (error) => this.told.push(`${key} ${error ?? 'is here'}`));
  }

  answer(number: number): void {
    for (const done of this.wants.answered(number)) done(undefined);
  }

  /** Lets so much time pass since what was begun. */
  pass(ms: number): void {
    for (const { atMs, run } of this.late.splice(0)) if (atMs <= ms) run();
  }
}

test('a key is asked for once, whoever needs it, and some at a time', () => {
  const rig = new Rig();
  const { wants, asked, told, figures } = rig;
  rig.fetch('a');
  const giveUp = rig.fetch('a');
  assert.equal(wants.need(0, Buffer.from('a')), 1);
  assert.equal(wants.need(1, Buffer.from('a')), 2);
  rig.fetch('b');
  assert.deepEqual(asked, ['1 0:a', '2 1:a']);
  assert.deepEqual([wants.count, figures.wants, wants.isAsked(3)], [3, 3, false]);
  assert.deepEqual([wants.awaits(0, Buffer.from('b')), wants.awaits(1, Buffer.from('b'))], [true, false]);
  giveUp();
  rig.answer(1);
  assert.deepEqual(
    [told, wants.get(1), wants.awaits(0, Buffer.from('a'))],
    [['a is here'], undefined, false],
  );
  assert.deepEqual(asked, ['1 0:a', '2 1:a', '3 0:b']);
});

test('what is refused is told to clients, and asked for again where a batch waits for it', () => {
  const rig = new Rig();
  const { wants, asked, told, figures } = rig;
  rig.fetch('a');
  rig.fetch('b');
  wants.need(0, Buffer.from('b'));
  rig.fetch('c');
  wants.refused(1, 'gone');
  assert.equal(wants.get(1), undefined);
  wants.refused(2, 'too large', 64);
  assert.deepEqual(told, ['a gone', 'b too large']);
  assert.equal(figures.wantsRefused, 2);
  wants.refused(2, 'is not asked for now');
  wants.refused(9, 'never was');
  assert.equal(figures.wantsRefused, 2);
  rig.pass(64 * retryMs);
  assert.deepEqual(asked, ['1 0:a', '2 0:b', '3 0:c', '2 0:b']);
});

test('what was asked for in vain comes behind all others', () => {
  const rig = new Rig();
  const { wants, asked } = rig;
  for (const key of ['a', 'b', 'c', 'd']) rig.fetch(key);
  wants.askLater(1);
  rig.pass(retryMs);
  for (const number of [2, 3, 4]) rig.answer(number);
  assert.deepEqual(asked, ['1 0:a', '2 0:b', '3 0:c', '4 0:d', '1 0:a']);
});

test('all are given up with the link, and nobody waits from then on', () => {
  const rig = new Rig();
  rig.fetch('a');
  rig.wants.stop();
  rig.fetch('b');
  assert.deepEqual(rig.told, ['a the link went down', 'b the link went down']);
  assert.deepEqual([rig.wants.count, rig.asked], [0, ['1 0:a']]);
});
