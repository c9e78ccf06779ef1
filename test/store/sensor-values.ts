// Values as sensors send them, about 190 bytes of JSON each, the same ones for the same seed: what compression is
// measured on.
import { pseudoRandom } from '../pseudo-random.ts';

export function sensorValues(count: number, seed = 7): Buffer[] {
  const random = pseudoRandom(seed);
  const pick = (all: readonly string[]): string => all[Math.floor(random() * all.length)]!;
  const tenths = (from: number, range: number): number => Math.round((from + random() * range) * 10) / 10;
  return Array.from({ length: count }, () =>
    Buffer.from(
      JSON.stringify({
        id: `sensor-${Math.floor(random() * 10_000)}`,
        ts: 1_763_700_000_000 + Math.floor(random() * 1e9),
        temperature: tenths(20, 10),
        humidity: tenths(40, 20),
        pressure: tenths(990, 40),
        battery: Math.floor(random() * 100),
        status: pick(['ok', 'warn', 'fault']),
        location: {
          building: pick(['A', 'B', 'C']),
          floor: Math.floor(random() * 9),
          room: Math.floor(random() * 400),
        },
        firmware: pick(['1.4.2', '1.5.0']),
      }),
    ),
  );
}
