// Work on large collections, done in slices: the client waits for its reply while others are served between two slices.
// What is replied or stored is what was there at one moment all the same: where a key that the work reads changes
// meanwhile, the work begins anew, and after some such turns it is done as a whole. What stores something makes it
// ready in slices, out of sight, and puts it in place at once. Inside of a transaction nothing may come between, so
// there all is done at once. A slice is bounded by elements and by time, and a turn of the event loop has one slice,
// whoever's, however many clients wait.
import { assert } from '../base/assert.ts';
import { atOnce } from '../base/at-once.ts';
import { CommandError } from '../base/errors.ts';
import { ReplyWriter, regionBytesMost } from '../resp/reply-writer.ts';
import { Encoding, EntryType } from '../store/entry.ts';
import { type KeyAtWork, KeyNames } from '../store/keys-at-work.ts';
import type { Keyspace } from '../store/keyspace.ts';
import { relieveSlice } from '../store/room.ts';
import { isStageable, type StagedElements } from '../store/staged-elements.ts';
import { type Pour, StagedKey } from '../store/staged-key.ts';
import type { Store } from '../store/store.ts';
import { WorkInPlace } from '../store/work-in-place.ts';
import { Call, type Deferral } from './call.ts';
import type { CommandEntry } from './command-table.ts';
import { copyArguments } from './copy-arguments.ts';
import type { ClientPort } from './executor.ts';
import type { ChangeListener, KeyChanges, KeyId } from './key-changes.ts';
import type { Timers } from './timers.ts';
import { namesEvicted } from './unheld-keys.ts';

/** What is left to do at once, when everything has been read. */
export interface Finish {
  /** Stores, and replies. Where it throws for want of memory it may be run again. */
  run(): void;
  /** Lets go of what was made ready, if it has not been stored. */
  discard(): void;
}

/**
 * Work that reads, then replies or stores. At each yield others may run, so that what it has open of the store is to be
 * opened anew; a promise that is yielded is waited for. Returns true when it has replied, and false where a key is not
 * there any more: then all is to be done again. `again`: others were faster, and the command is to run as if it came
 * now; it has changed and replied nothing.
 */
export type Work = Generator<unknown, boolean | 'again' | Finish, void>;

/** How work is being done. */
export interface Pace {
  /** All at once: nothing can be waited for. */
  readonly isWhole: boolean;
  /** It has begun to change a key where it is: nothing holds it up any more. */
  isAtWork?: boolean;
}

/** The longest reply of what writes: it leaves room for the nils of what does not fit. */
const writtenBytesMax = regionBytesMost * 0.75;
/** A slice ends after so long, or so many yields. */
const sliceMs = 2;
const sliceYields = 4;
const restartsMax = 3;

/** A command that is done in slices. */
export interface SlicedRun {
  readonly call: Call;
  readonly client: ClientPort;
  readonly entry: CommandEntry;
  readonly pace: Pace;
  /** The time that it has taken so far. */
  usec: number;
}

/** Dispatch, as work in slices sees it. */
export interface WorkRunner {
  /** A monotonic time in ms. */
  monotonicMs(): number;
  /** Sends what others have been replied. */
  sendReplies(): void;
  /** Runs `finish` as the command of the run. Its mistake is its reply. */
  run(run: SlicedRun, finish: Finish): void;
  /** The work could not be done: replies so. */
  fail(run: SlicedRun, error: CommandError): void;
  /** All is done: counts the command and its time. */
  count(run: SlicedRun): void;
}

interface Job extends SlicedRun {
  readonly begin: (call: Call, pace: Pace) => Work;
  readonly pace: Pace;
  readonly deferral: Deferral;
  readonly db: number;
  /** What the database showed when the work began. */
  keyspace: Keyspace;
  /** A key was evicted before it began: what is here is what there is. */
  readonly isPart: boolean;
  /** The client is to be told of changes of what it reads. */
  readonly isTracked: boolean;
  /** The keys that are read; undefined = any of the database; a function: any, and it is told of those that change. */
  readonly keys: ReadonlySet<KeyId> | ((id: KeyId) => void) | undefined;
  work: Work;
  changed: boolean;
  restarts: number;
}

export class LargeWork implements ChangeListener {
  /** Set by dispatch. */
  runner: WorkRunner | undefined;
  private readonly changes: KeyChanges;
  private readonly timers: Timers;
  private readonly writesWait: () => boolean;
  private readonly mustWait: (run: SlicedRun) => boolean;
  private readonly jobs = new Set<Job>();
  /** Those of the jobs that have a slice to do, the next one first. */
  private readonly queue: Job[] = [];
  /** Those that are to be told of changes. */
  private reading = 0;
  private scheduled = false;
  private readonly nextTurn = (): void => this.turn();

  /**
   * `writesWait`: whether a pause holds writes; `mustWait`: whether keys that a command names are at work. The end of
   * either settles changes.
   */
  constructor(
    changes: KeyChanges,
    timers: Timers,
    writesWait: () => boolean,
    mustWait: (run: SlicedRun) => boolean,
  ) {
    this.changes = changes;
    this.timers = timers;
    this.writesWait = writesWait;
    this.mustWait = mustWait;
    changes.settlers.push(() => this.schedule());
  }

  /** How many commands are being done in slices, of clients that are gone too. */
  get running(): number {
    return this.jobs.size;
  }

  /**
   * Does work on the keys in some arguments, in slices where the client can wait; `keys` undefined: on any key. A
   * function is told of each key of the database that changes, for which the work need not begin anew.
   */
  run(
    call: Call,
    keys: readonly number[] | ((id: KeyId) => void) | undefined,
    begin: (call: Call, pace: Pace) => Work,
  ): void {
    const { client, session, entry } = call;
    // What writes may have taken something out by the time that its reply is too long.
    const regionBytesMax = entry?.isWrite === true ? () => writtenBytesMax : call.reply.regionBytesMax;
    const mustEnd = call.inTransaction || call.rerunning || session.denyBlocking;
    if (client === undefined || entry === undefined || mustEnd) {
      doWhole(begin(call, { isWhole: true }));
      return;
    }
    const ids = typeof keys === 'object' ? new Set(keys.map((i) => call.keyId(i))) : keys;
    const own = new Call(call.services);
    const args = copyArguments(call.args);
    const reply = new ReplyWriter(256 * 1024, regionBytesMax);
    reply.protocol = call.reply.protocol;
    Object.assign(own, { args, buf: args.buf, argc: args.argc, client, session, reply, entry });
    own.name = call.name;
    const deferral = call.defer();
    const pace = { isWhole: false };
    const job: Job = {
      call: own,
      client,
      entry,
      begin,
      pace,
      deferral,
      db: session.db,
      keyspace: own.keyspace,
      isPart: namesEvicted(call),
      isTracked: call.services.tracking.remembers(client, entry),
      keys: ids,
      work: begin(own, pace),
      changed: false,
      restarts: 0,
      usec: 0,
    };
    call.sliced = job;
    this.jobs.add(job);
    if (readsKeys(job)) {
      this.reading += 1;
      this.changes.listen(this);
    }
    this.queue.push(job);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled || this.next() === undefined) return;
    this.scheduled = true;
    this.timers.soon(this.nextTurn);
  }

  /** The job whose turn it is. */
  private next(): Job | undefined {
    const writesWait = this.writesWait();
    return this.queue.find(
      (job) => job.pace.isAtWork === true || (!(writesWait && job.entry.isWrite) && !this.mustWait(job)),
    );
  }

  private turn(): void {
    this.scheduled = false;
    const job = this.next();
    if (job === undefined) return;
    const left = this.step(job);
    this.queue.splice(this.queue.indexOf(job), 1);
    if (left instanceof Promise) void left.then(() => this.goOn(job));
    else if (left) this.queue.push(job);
    this.schedule();
  }

  private goOn(job: Job): void {
    this.queue.push(job);
    this.schedule();
  }

  touched(id: KeyId): void {
    for (const job of this.jobs) {
      const { keys } = job;
      if (typeof keys === 'object') {
        if (keys.has(id)) job.changed = true;
      } else if (id.charCodeAt(0) !== job.db) continue;
      else if (keys === undefined) job.changed = true;
      else keys(id);
    }
  }

  replaced(db: number): void {
    for (const job of this.jobs) if (job.db === db && job.pace.isAtWork !== true) job.changed = true;
  }

  /**
   * Does a slice. Returns whether there is more to do, or what is to be waited for before that; undefined: the command
   * runs again.
   */
  private step(job: Job): boolean | Promise<unknown> | undefined {
    const { runner } = this;
    assert(runner !== undefined, 'nobody runs work in slices');
    // This slice was due before they asked, so their replies would leave behind it.
    runner.sendReplies();
    // What a client that is gone wanted to know is of no use; what it wanted to be stored is.
    if (job.deferral.gone && !job.entry.isWrite) {
      job.work.return(false);
      this.end(job);
      return false;
    }
    const fromMs = runner.monotonicMs();
    let left = this.slice(job, runner);
    for (let n = 1; left === true && n < sliceYields && runner.monotonicMs() - fromMs < sliceMs; n++) {
      left = this.slice(job, runner);
    }
    job.usec += (runner.monotonicMs() - fromMs) * 1000;
    if (left !== false) return left;
    const { reply } = job.call;
    runner.count(job);
    this.track(job);
    job.deferral.resume((late) => late.take(reply));
    return false;
  }

  /**
   * Goes on with a slice, or where others changed the keys too often with the command as a whole. Returns as `step`.
   */
  private slice(job: Job, runner: WorkRunner): boolean | Promise<unknown> | undefined {
    let finish: Finish | undefined;
    try {
      const isSwapped = job.call.keyspace !== job.keyspace && job.pace.isAtWork !== true;
      if ((job.changed || isSwapped) && !this.beginAnew(job)) return undefined;
      if (job.restarts >= restartsMax) finish = asWhole(job);
      else {
        const { done, value } = nextStep(job);
        if (done !== true) return value instanceof Promise ? value : true;
        if (value === 'again') {
          this.runAgain(job);
          return undefined;
        }
        if (typeof value === 'object') finish = value;
        if (value === false || job.changed) {
          finish?.discard();
          return this.beginAnew(job) || undefined;
        }
      }
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.end(job);
      job.call.reply.rewind(0);
      runner.fail(job, error);
      return false;
    }
    // What it stores itself is no reason to begin anew.
    this.end(job);
    if (finish !== undefined) runner.run(job, finish);
    finish?.discard();
    return false;
  }

  /**
   * What was told of a change before the reply came was forgotten with it: what the reply has is to be told of anew.
   */
  private track({ call, client, entry, isTracked, restarts }: Job): void {
    if (isTracked && restarts > 0) call.services.tracking.readAgain(client, entry, call.args);
  }

  /**
   * Begins the work anew; false where the command runs again, for a key was evicted meanwhile. Throws CommandError
   * where a key is of another type by now.
   */
  private beginAnew(job: Job): boolean {
    if (!job.isPart && namesEvicted(job.call)) {
      job.work.return(false);
      this.runAgain(job);
      return false;
    }
    job.changed = false;
    job.keyspace = job.call.keyspace;
    job.restarts += 1;
    job.call.reply.rewind(0);
    job.work.return(false);
    job.work = job.begin(job.call, job.pace);
    return true;
  }

  /** Runs the command of a job as one that comes now. */
  private runAgain(job: Job): void {
    this.end(job);
    const { workGate, changes } = job.call.services;
    workGate.requests.hold(job.call, job.deferral);
    changes.pend();
  }

  private end(job: Job): void {
    this.jobs.delete(job);
    if (!readsKeys(job)) return;
    this.reading -= 1;
    if (this.reading === 0) this.changes.unlisten(this);
  }
}

/** What changes keys where they are is told of nothing: it finds them as they are when it begins. */
function readsKeys({ keys }: Job): boolean {
  return typeof keys !== 'object' || keys.size > 0;
}

/** Does work that may not wait. */
function doWhole(work: Work): void {
  const end = atOnce(work);
  if (typeof end === 'object') runWhole(end);
}

function runWhole(finish: Finish): void {
  try {
    finish.run();
  } finally {
    finish.discard();
  }
}

/**
 * Whether the entry is a string that is worth slicing: one that does not stand in memory as it is would be unpacked for
 * each.
 */
export function isLargeString({ entries, strings, sliceSizes }: Store, at: number): boolean {
  if (entries.type(at) !== EntryType.string || entries.encoding(at) !== Encoding.raw) return false;
  return strings.length(at) >= sliceSizes.largeStringBytesMin;
}

/** Whether the entry is a collection that is worth slicing. */
export function isLarge({ entries, lists, elements, otherStreams, sliceSizes }: Store, at: number): boolean {
  const { largeElementsMin } = sliceSizes;
  const type = entries.type(at);
  if (type === EntryType.stream) return otherStreams.walkLengthAt(at) >= largeElementsMin;
  if (type === EntryType.list) return lists.sizeAt(at) >= largeElementsMin;
  return isStageable(type) && elements.sizeAt(at) >= largeElementsMin;
}

/** Whether others are let in before the nth, from 0, of what is gone through one by one. */
export function endsSlice({ sliceSizes: { elements } }: Call, n: number): boolean {
  return n % elements === elements - 1;
}

/** Work that fills `staged` by `steps`, for the key in argument i, and then stores it by `run`. */
export function* stage(
  call: Call,
  i: number,
  pace: Pace,
  staged: StagedElements,
  steps: Generator<void, boolean, void>,
  run: () => void,
): Work {
  let isFull = false;
  try {
    for (let isDone = false; !isDone; ) {
      relieveSlice(call.store);
      const { done, value } = steps.next();
      isDone = done === true;
      if (isDone) isFull = value === true;
      else yield;
    }
    if (isFull && !pace.isWhole) {
      isFull = false;
      yield* staged.say(call.buf, call.offset(i), call.length(i));
      isFull = true;
    }
  } finally {
    if (!isFull) staged.discard();
  }
  return isFull && { run, discard: () => staged.discard() };
}

/** What it changes, its own client has changed. */
function nextStep({ work, call, client }: Job): IteratorResult<unknown, boolean | 'again' | Finish> {
  const { current } = call.services;
  current.client = client;
  try {
    return work.next();
  } finally {
    current.client = undefined;
  }
}

/**
 * The command of a job run again as in a transaction, where nothing may wait: it knows what to reply where keys are
 * gone.
 */
function asWhole({ call, entry }: Job): Finish {
  const run = (): void => {
    call.inTransaction = true;
    entry.run?.(call);
  };
  return { run, discard() {} };
}

/**
 * Makes the key in argument i ready in a keyspace, with about `count` elements, by what `read` yields. Returns
 * undefined where it must be done at once. What is returned is to be discarded, if it is not put in place. `puts`: it
 * is a string.
 */
export function* stageKey(
  call: Call,
  i: number,
  pace: Pace,
  ks: Keyspace,
  count: number,
  read: () => Generator<Pour, boolean, void>,
  puts = false,
): Generator<unknown, StagedKey | undefined, void> {
  const { store, buf } = call;
  const [key, length] = [call.offset(i), call.length(i)];
  if (pace.isWhole || !StagedKey.fits(store, ks, buf, key, length, puts)) return undefined;
  const staged = new StagedKey(store, ks, buf, key, length, puts);
  let isFull = false;
  try {
    isFull = yield* staged.fill(count, read);
  } finally {
    if (!isFull) staged.discard();
  }
  return isFull ? staged : undefined;
}

/** A change of keys where they are. */
export interface Change {
  /** The arguments that are the keys; beside `names` one that changed, which is known at the end. */
  readonly keys: readonly number[];
  /** The keys where they are many. Who listens has then been told of each that changed. */
  readonly names?: KeyNames;
  /** How many dots it gives, about; 0: none. */
  readonly dots: number;
  /** Memory that is kept for it. */
  readonly heldBytes?: number;
  /** Whether there is enough of that as it begins. */
  fits?(): boolean;
  /** Does it, in parts between the yields. */
  steps(): Generator<void, void, void>;
}

/**
 * Makes a change in slices; it begins when no other work is under way, and finds then what there is. The work that this
 * is part of must not begin anew: it reads no key of which it is told. Returns false where it did nothing, for want of
 * room or because a key was evicted by then: so the command is to run as if it came now. Throws CommandError where the
 * change does.
 */
export function* changeInPlace(call: Call, pace: Pace, change: Change): Generator<unknown, boolean, void> {
  const { store, keyspace } = call;
  const { keys, dots, heldBytes = 0 } = change;
  const { atWork } = store;
  while (!pace.isWhole && (atWork.isAny || (dots > 0 && store.dotsAhead !== undefined))) {
    yield atWork.isAny ? atWork.free() : store.dotsAhead;
  }
  if (!pace.isWhole && (namesEvicted(call) || change.fits?.() === false)) return false;
  const targets = (): KeyAtWork[] => keys.map((i) => ({ db: keyspace.id, key: call.bytes(i) }));
  const names = change.names ?? KeyNames.of(targets());
  const steps = change.steps();
  const work = pace.isWhole
    ? undefined
    : WorkInPlace.begin(store, { names, targets, dots, heldBytes, steps });
  if (work === undefined) atOnce(steps);
  else {
    pace.isAtWork = true;
    yield* work.all();
  }
  return true;
}
