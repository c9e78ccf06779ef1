// `npm run sim -- --seed S --seconds N [--edges E] [--runs R] [--only trouble,...] [--types]
// [--lww] [--evicts] [--relays N] [--go-on]`: simulations of a whole fleet, each
// from one seed that is printed when it fails. Without --seed the seeds begin with the clock.
import { parseArgs } from 'node:util';
import { runFleet, type Trouble } from './fleet.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string', default: '120' },
    edges: { type: 'string', default: '20' },
    runs: { type: 'string', default: '1' },
    only: { type: 'string' },
    types: { type: 'boolean', default: false },
    lww: { type: 'boolean', default: false },
    evicts: { type: 'boolean', default: false },
    relays: { type: 'string', default: '0' },
    'go-on': { type: 'boolean', default: false },
  },
});
const first = Number(values.seed ?? Date.now() % 1_000_000);
for (let i = 0; i < Number(values.runs); i++) {
  const seed = first + i;
  const trouble = values.only?.split(',') as Trouble[] | undefined;
  try {
    const report = await runFleet({
      seed,
      edges: Number(values.edges),
      seconds: Number(values.seconds),
      ...(trouble && { trouble }),
      allTypes: values.types,
      lww: values.lww,
      evicts: values.evicts,
      relays: Number(values.relays),
    });
    console.log(`seed ${seed} ok ${JSON.stringify(report)}`);
  } catch (error) {
    console.error(`seed ${seed} FAILED`);
    console.error(error);
    process.exitCode = 1;
    if (!values['go-on']) break;
  }
}
