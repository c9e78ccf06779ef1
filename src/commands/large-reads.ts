// Reads of large collections, done in slices: the client waits for its reply while others are served between two slices.
// What is replied is what was there at one moment all the same: where a key that the work reads changes meanwhile, the
// work begins anew, and after some such turns it is done as a whole. Inside of a transaction nothing may come between, so
// there it is done as a whole at once. A slice is bounded by elements, of which some thousands take a millisecond or two,
// and a turn of the event loop has one slice, whoever's, however many clients read.
import { CommandError } from '../base/errors.ts';
import { ReplyWriter } from '../resp/reply-writer.ts';
import { Call, type Deferral } from './call.ts';
import { copyArguments } from './copy-arguments.ts';
import type { ChangeListener, KeyChanges, KeyId } from './key-changes.ts';
import type { Timers } from './timers.ts';

/**
 * Work that reads and replies. At each yield others may run, so that what it has open of the store is to be opened anew.
 * Returns false where a key is not there any more: then all is to be done again.
 */
export type Work = Generator<void, boolean, void>;

/** From so many elements on a read is worth slicing. */
export const largeElementsMin = 16_384;
/** Elements in a slice. */
export const sliceElements = 4096;
const restartsMax = 3;

interface Job {
  readonly call: Call;
  readonly begin: (call: Call) => Work;
  readonly deferral: Deferral;
  readonly db: number;
  /** The client is to be told of changes of what it reads. */
  readonly isTracked: boolean;
  /** The keys that are read; undefined = any of the database. */
  readonly keys: ReadonlySet<KeyId> | undefined;
  work: Work;
  changed: boolean;
  restarts: number;
}

export class LargeReads implements ChangeListener {
  private readonly changes: KeyChanges;
  private readonly timers: Timers;
  private readonly jobs = new Set<Job>();
  /** Those of the jobs that have a slice to do, the next one first. */
  private readonly queue: Job[] = [];
  private readonly nextTurn = (): void => this.turn();

  constructor(changes: KeyChanges, timers: Timers) {
    this.changes = changes;
    this.timers = timers;
  }

  /** Runs work on the keys in some arguments, in slices where the client can wait; `keys` undefined: on any key. */
  run(call: Call, keys: readonly number[] | undefined, begin: (call: Call) => Work): void {
    const { client, session, entry } = call;
    const { regionBytesMax } = call.reply;
    if (client === undefined || call.inTransaction || call.rerunning || session.denyBlocking) {
      for (const work = begin(call); work.next().done !== true; );
      return;
    }
    const ids = keys?.map((i) => call.keyId(i));
    const own = new Call(call.services);
    const args = copyArguments(call.args);
    const reply = new ReplyWriter(256 * 1024, regionBytesMax);
    reply.protocol = call.reply.protocol;
    Object.assign(own, { args, buf: args.buf, argc: args.argc, client, session, reply, entry });
    own.name = call.name;
    const deferral = call.defer();
    if (this.jobs.size === 0) this.changes.listen(this);
    const job: Job = {
      call: own,
      begin,
      deferral,
      db: session.db,
      isTracked: entry !== undefined && call.services.tracking.remembers(client, entry),
      keys: ids === undefined ? undefined : new Set(ids),
      work: begin(own),
      changed: false,
      restarts: 0,
    };
    this.jobs.add(job);
    this.enqueue(job);
  }

  private enqueue(job: Job): void {
    this.queue.push(job);
    if (this.queue.length === 1) this.timers.soon(this.nextTurn);
  }

  private turn(): void {
    const job = this.queue[0];
    if (job === undefined) return;
    const isMore = this.step(job);
    this.queue.shift();
    if (isMore) this.queue.push(job);
    if (this.queue.length > 0) this.timers.soon(this.nextTurn);
  }

  touched(id: KeyId): void {
    for (const job of this.jobs) {
      if (job.keys === undefined ? id.charCodeAt(0) === job.db : job.keys.has(id)) job.changed = true;
    }
  }

  replaced(db: number): void {
    for (const job of this.jobs) if (job.db === db) job.changed = true;
  }

  /** Does a slice. Returns whether there is more to do. */
  private step(job: Job): boolean {
    if (job.deferral.gone) {
      this.end(job);
      return false;
    }
    if (job.changed) this.restart(job);
    const { reply } = job.call;
    try {
      if (!this.advance(job)) return true;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      reply.rewind(0);
      reply.error(error.message);
    }
    this.end(job);
    this.track(job);
    job.deferral.resume((late) => late.raw(reply.buf.subarray(reply.start, reply.pos)));
    return false;
  }

  /** Goes on with a slice, or where others changed the keys too often with all the rest. Returns whether all is done. */
  private advance(job: Job): boolean {
    const isWhole = job.restarts >= restartsMax;
    for (;;) {
      const { done, value } = job.work.next();
      if (done === true && value === true && (isWhole || !job.changed)) return true;
      if (done === true) {
        this.restart(job);
        if (!isWhole) return false;
      } else if (!isWhole) return false;
    }
  }

  /** What was told of a change before the reply came was forgotten with it: what the reply has is to be told of anew. */
  private track({ call, isTracked, restarts }: Job): void {
    const { client, entry, services } = call;
    if (!isTracked || restarts === 0 || client === undefined || entry === undefined) return;
    services.tracking.readAgain(client, entry, call.args);
  }

  private restart(job: Job): void {
    job.changed = false;
    job.restarts += 1;
    job.call.reply.rewind(0);
    job.work = job.begin(job.call);
  }

  private end(job: Job): void {
    this.jobs.delete(job);
    if (this.jobs.size === 0) this.changes.unlisten(this);
  }
}
