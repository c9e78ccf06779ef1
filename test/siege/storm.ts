// `npm run storm -- --seconds N --seed S [--diary]`: a hub, a relay and three edges as processes, beset by clients at
// all of them at once, while nodes are killed, ended and put to sleep and cables pulled, silent, slow or broken at one
// end. Then everything is linked again, and all must agree, with all that clients were told. A seed draws the same
// settings, clients and troubles, but how they fall in time is not the same twice. Exit code 1 where anything of this
// fails; then the directories of the nodes stay, with their logs.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { askOnce } from '../e2e/pipeline.ts';
import { Random, seedFrom } from '../fuzz/random.ts';
import { Account } from './account.ts';
import { inTime } from './in-time.ts';
import {
  changedByRestart,
  figures,
  overweight,
  restless,
  standings,
  suspect,
  unkept,
  unlike,
} from './storm-checks.ts';
import { StormClient, soonMsMax } from './storm-client.ts';
import { type Name, names, StormFleet } from './storm-fleet.ts';

const clientsPerNode = 2;
const quietMsMin = 100;
const quietMsMax = 900;
const syncMsMax = 90_000;
const againMs = 300;
const patienceMs = 30_000;
/** In this order everything comes up to the hub and down again. */
const syncOrder: readonly Name[] = ['north', 'south', 'relay', 'east', 'relay', 'north', 'south'];
const diaryShown = 60;
const faultsShown = 12;
const faultCharsShown = 3000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string' },
    diary: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const seed = seedFrom(values.seed);
const random = new Random(seed);
const other = (): Random => new Random(random.below(2 ** 32));
const account = new Account();
const fleet = new StormFleet(other());

/** Troubles until the time is over, each to its end. */
async function storm(): Promise<string[]> {
  const draws = other();
  const endMs = performance.now() + seconds * 1000;
  const troubles: Promise<void>[] = [];
  let failure: unknown;
  while (performance.now() < endMs && failure === undefined && fleet.fallen().length === 0) {
    troubles.push(
      fleet.trouble().catch((error: unknown) => {
        failure ??= error;
      }),
    );
    await delay(quietMsMin + draws.below(quietMsMax));
  }
  await Promise.all(troubles);
  return [...fleet.fallen(), ...(failure === undefined ? [] : [String(failure)])];
}

/** Syncs each with the one above it, again where it fails, for a time. */
async function syncAll(): Promise<void> {
  const endMs = performance.now() + syncMsMax;
  for (const name of syncOrder) {
    for (;;) {
      const reply = await askOnce(fleet.node(name).server.port, 'EDGE.SYNC');
      if (!(reply instanceof Error)) break;
      fleet.note(`EDGE.SYNC at ${name}: ${reply.message}`);
      if (performance.now() > endMs) throw new Error(`EDGE.SYNC at ${name}: ${reply.message}`);
      await delay(againMs);
    }
  }
}

async function main(): Promise<string[]> {
  await fleet.start();
  const clients = names.flatMap((name) =>
    Array.from({ length: clientsPerNode }, (_, i) => {
      const port = (): number | undefined => {
        const { isUp, server } = fleet.node(name);
        return isUp ? server.port : undefined;
      };
      return new StormClient(`${name}${i}`, other(), account, port);
    }),
  );
  const working = clients.map((client) => client.run());
  const broken = await storm();
  if (broken.length > 0) return broken;
  fleet.calm();
  for (const client of clients) client.leave();
  await inTime(Promise.all(working), 'all that clients asked for is answered', patienceMs);
  fleet.note('all is calm');
  await delay(soonMsMax);
  await inTime(syncAll(), 'all have synced', syncMsMax + patienceMs);
  fleet.note('all have synced');
  const restlessness = await restless(fleet);
  const { faults, common } = await unlike(fleet);
  const seen = await figures(
    fleet,
    'evicted',
    'unheld_fetched',
    'tombstones',
    'memory_used',
    'conflicts_found',
    'forks',
  );
  fleet.note('all have been compared');
  const hub = fleet.node('hub');
  faults.push(
    ...restlessness,
    ...clients.flatMap(({ complaints }) => complaints.slice(0, 3)),
    ...(await unkept(account, hub)),
    ...(await overweight(fleet)),
    ...(await changedByRestart(fleet, other())),
    ...fleet.fallen(),
    ...suspect(fleet),
  );
  const sum = (of: (client: StormClient) => number): number => clients.reduce((all, one) => all + of(one), 0);
  const refused = (code: string): number => sum(({ refusals }) => refusals.get(code) ?? 0);
  console.log(
    `seed ${seed}: ${sum((client) => client.answered)} of ${sum((client) => client.asked)} commands answered, ` +
      `${refused('OOM')} OOM, ${refused('EVICTED')} EVICTED, ${common.size} keys, ${seen}`,
  );
  return faults;
}

function printDiary(count: number): void {
  for (const line of fleet.diary.slice(-count)) console.log(line);
}

/** Last of all stands why, since whoever shows no more than an end of this shows that. */
async function report(faults: readonly string[]): Promise<void> {
  for (const { name, server, settings } of fleet.nodes) {
    console.log(`${name} ${server.state}, in ${server.dir}, with ${JSON.stringify(settings)}`);
  }
  printDiary(diaryShown);
  const standing = inTime(standings(fleet), 'all say how they stand', patienceMs);
  for (const line of await standing.catch((error: unknown) => [String(error)])) console.log(line);
  console.log(`seed ${seed} FAILED`);
  for (const fault of faults.slice(0, faultsShown)) console.log(`FAILED: ${fault.slice(0, faultCharsShown)}`);
}

console.log(`seed ${seed}`);
const ended = new Promise<string[]>((resolve) => {
  process.once('SIGTERM', () => resolve(['the storm itself was ended by SIGTERM']));
});
const faults = await Promise.race([main().catch((error: unknown) => [String(error)]), ended]);
if (faults.length > 0) await report(faults);
else if (values.diary) printDiary(Number.POSITIVE_INFINITY);
await fleet.close(faults.length > 0);
process.exit(faults.length === 0 ? 0 : 1);
