import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatchWriter } from '../../src/delta/batch-writer.ts';
import { Origins } from '../../src/delta/origins.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { KeyNames, KeysAtWork } from '../../src/store/keys-at-work.ts';
import { Answers, fetchMsMax } from '../../src/sync/answers.ts';
import { frameHeaderBytes } from '../../src/sync/frame.ts';
import { syncLimitsDefault } from '../../src/sync/limits.ts';

/** Answers over a socket that takes `room` frames. Keys of which the name begins with `far` are held elsewhere. */
class Rig {
  room = 0;
  made = 0;
  readonly sent: number[] = [];
  readonly atWork = new KeysAtWork();
  readonly here = new Set<string>();
  readonly fetched: ((error?: string) => void)[] = [];
  readonly refused: string[] = [];
  /** What time has yet to bring. */
  readonly late: (() => void)[] = [];
  givenUp = 0;
  readonly answers: Answers;
  private readonly origins = new Origins();

  constructor() {
    const self = this.origins.intern('a/00000001');
    const emitKey = (writer: BatchWriter, db: number, key: Uint8Array): boolean => {
      this.made += 1;
      writer.expire(db, key, 0, key.length, self, 0, 1, 0);
      return true;
    };
    this.answers = new Answers({
      store: {
        origins: this.origins,
        atWork: this.atWork,
        holds: (_db, key) => {
          const name = Buffer.from(key).toString();
          return !name.startsWith('far') || this.here.has(name);
        },
        emitKey,
      },
      log: new MemoryJournal({ origins: this.origins, tailBytesMax: 65_536 }),
      limits: { ...syncLimitsDefault, wantsMax: 10 },
      timers: {
        after: (ms, run) => {
          if (ms === 0) run();
          else if (ms === fetchMsMax) this.late.push(run);
          return () => {};
        },
      },
      rest: {
        fetch: (_db, key, done) => {
          this.fetched.push((error) => {
            if (error === undefined) this.here.add(key.toString());
            done(error);
          });
          return () => {
            this.givenUp += 1;
          };
        },
      },
      framesOf: (writer, want) => {
        assert.ok(writer.pos > frameHeaderBytes);
        return [Buffer.from([want])];
      },
      put: (frame) => {
        this.room -= 1;
        this.sent.push(frame[0]!);
        this.answers.send();
      },
      refuse: (want, error) => this.refused.push(`${want}: ${error}`),
      bytesMax: () => 1000,
      hasRoom: () => this.room > 0,
    });
  }
}

test('an answer is made when the socket has room for it, and not before', () => {
  const rig = new Rig();
  for (let want = 1; want <= 10; want++) rig.answers.ask(want, 0, Buffer.from('k'));
  assert.deepEqual([rig.made, rig.sent], [0, []]);
  rig.room = 3;
  rig.answers.send();
  assert.deepEqual([rig.made, rig.sent], [3, [1, 2, 3]]);
  rig.room = 100;
  rig.answers.send();
  assert.deepEqual(rig.sent, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('who wants more at a time than anybody may breaks the protocol', () => {
  const rig = new Rig();
  for (let want = 1; want <= 10; want++) rig.answers.ask(want, 0, Buffer.from('k'));
  assert.throws(() => rig.answers.ask(11, 0, Buffer.from('k')), { code: 'LINK_PROTOCOL' });
});

test('what is held elsewhere is fetched first, and holds no other answer up', () => {
  const rig = new Rig();
  rig.room = 100;
  rig.answers.ask(1, 0, Buffer.from('far'));
  rig.answers.ask(2, 0, Buffer.from('near'));
  assert.deepEqual(rig.sent, [2]);
  for (const arrive of rig.fetched) arrive();
  assert.deepEqual(rig.sent, [2, 1]);
});

test('while work is under way nothing is shown', () => {
  const rig = new Rig();
  rig.room = 100;
  rig.atWork.begin(new KeyNames(), true, () => {});
  rig.answers.ask(1, 0, Buffer.from('k'));
  rig.answers.send();
  assert.equal(rig.made, 0);
  rig.atWork.end();
  assert.deepEqual(rig.sent, [1]);
});

test('what cannot be had is refused, and others may be asked for in its place', () => {
  const rig = new Rig();
  rig.room = 100;
  for (let want = 1; want <= 10; want++) rig.answers.ask(want, 0, Buffer.from(`far${want}`));
  // A quarter of them at a time: the keeper has others to serve.
  assert.equal(rig.fetched.length, 3);
  rig.fetched[0]!('nobody knows');
  assert.deepEqual(rig.refused, ['1: nobody knows']);
  assert.equal(rig.fetched.length, 4);
  rig.answers.ask(11, 0, Buffer.from('near'));
  assert.deepEqual(rig.sent, [11]);
  rig.late[1]!();
  assert.match(rig.refused[1]!, /^2: the hub has not answered/);
  // Too late.
  rig.fetched[1]!();
  assert.deepEqual(rig.sent, [11]);
  rig.answers.stop();
  assert.equal(rig.givenUp, 5);
  rig.fetched[2]!();
  assert.deepEqual([rig.sent, rig.refused.length], [[11], 2]);
});
