// `npm run sim -- --seed S --seconds N [--edges E] [--runs R] [--only trouble,...] [--types] [--lww] [--slices]
// [--evicts] [--relays N] [--go-on]`: simulations of a whole fleet, each from one seed that is printed when it fails.
// Without --seed the seeds begin with the clock. With --mesh in place of fleets the meshes of mesh.ts by turns.
import { parseArgs } from 'node:util';
import { seedFrom } from '../fuzz/random.ts';
import { type FleetReport, runFleet, type Trouble } from './fleet.ts';
import { type Mesh, type MeshTrouble, meshesBelowHubs, runMesh } from './mesh.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string', default: '120' },
    edges: { type: 'string', default: '20' },
    runs: { type: 'string', default: '1' },
    only: { type: 'string' },
    types: { type: 'boolean', default: false },
    lww: { type: 'boolean', default: false },
    slices: { type: 'boolean', default: false },
    evicts: { type: 'boolean', default: false },
    relays: { type: 'string', default: '0' },
    mesh: { type: 'boolean', default: false },
    'go-on': { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);

function run(seed: number): Promise<FleetReport | ReturnType<Mesh['figures']>> {
  if (values.mesh) {
    const meshes = Object.values(meshesBelowHubs);
    const links = meshes[seed % meshes.length]!;
    const trouble = values.only?.split(',') as MeshTrouble[] | undefined;
    const { types: allTypes, evicts } = values;
    return runMesh({ seed, links, seconds, ...(trouble && { trouble }), allTypes, evicts });
  }
  const trouble = values.only?.split(',') as Trouble[] | undefined;
  return runFleet({
    seed,
    edges: Number(values.edges),
    seconds,
    ...(trouble && { trouble }),
    allTypes: values.types,
    lww: values.lww,
    slices: values.slices,
    evicts: values.evicts,
    relays: Number(values.relays),
  });
}

const charsShown = 1000;
const first = seedFrom(values.seed);
const failed: string[] = [];
for (let seed = first; seed < first + Number(values.runs); seed++) {
  try {
    console.log(`seed ${seed} ok ${JSON.stringify(await run(seed))}`);
  } catch (error) {
    console.log(`seed ${seed} FAILED`);
    console.log(error);
    failed.push(`seed ${seed} FAILED: ${String(error).slice(0, charsShown)}`);
    if (!values['go-on']) break;
  }
}
// Why stands last of all.
for (const line of failed) console.log(line);
if (failed.length > 0) process.exitCode = 1;
