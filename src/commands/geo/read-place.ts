// Reads coordinates, distances and units as the geo commands take them, with Redis's words for what is none, and writes
// them as Redis does.
import { CommandError } from '../../base/errors.ts';
import {
  boxNegative,
  heightNotANumber,
  invalidPlace,
  radiusNegative,
  radiusNotANumber,
  unknownUnit,
  widthNotANumber,
} from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import { readScore } from '../sorted-set/read-score.ts';
import { latitudeMax, longitudeMax, type Place } from './geo-encoding.ts';

const metersOfUnit: readonly (readonly [unit: string, meters: number])[] = [
  ['m', 1],
  ['km', 1000],
  ['ft', 0.3048],
  ['mi', 1609.34],
];

/** Longitude and latitude in arguments i and i + 1. */
export function readPlace(call: Call, i: number): Place {
  const longitude = readScore(call, i);
  const latitude = readScore(call, i + 1);
  if (Math.abs(longitude) > longitudeMax || Math.abs(latitude) > latitudeMax) {
    throw new CommandError(invalidPlace(shownDegrees(longitude), shownDegrees(latitude)));
  }
  return { longitude, latitude };
}

/** Meters of the unit in argument i. */
export function readUnit(call: Call, i: number): number {
  const unit = metersOfUnit.find(([name]) => call.is(i, name));
  if (unit === undefined) throw new CommandError(unknownUnit);
  return unit[1];
}

/** A radius and its unit in arguments i and i + 1. */
export function readRadius(call: Call, i: number): { readonly radius: number; readonly unit: number } {
  const radius = readScore(call, i, radiusNotANumber);
  if (radius < 0) throw new CommandError(radiusNegative);
  const unit = readUnit(call, i + 1);
  return { radius: radius * unit, unit };
}

/** Width, height and their unit in arguments i to i + 2. */
export function readBox(
  call: Call,
  i: number,
): { readonly width: number; readonly height: number; readonly unit: number } {
  const width = readScore(call, i, widthNotANumber);
  const height = readScore(call, i + 1, heightNotANumber);
  if (width < 0 || height < 0) throw new CommandError(boxNegative);
  const unit = readUnit(call, i + 2);
  return { width: width * unit, height: height * unit, unit };
}

/** Four digits behind the point, whatever the protocol. */
export function replyDistance(call: Call, value: number): void {
  call.reply.bulkLatin1(value.toFixed(4));
}

/** Longitude and latitude, with up to 17 digits behind the point. */
export function replyPlace(call: Call, { longitude, latitude }: Place): void {
  const { reply } = call;
  reply.array(2);
  for (const value of [longitude, latitude]) {
    const text = value.toFixed(17).replace(/\.?0+$/, '');
    if (reply.protocol === 3) reply.raw(Buffer.from(`,${text}\r\n`));
    else reply.bulkLatin1(text);
  }
}

/** As C's %f writes it. */
function shownDegrees(degrees: number): string {
  if (Number.isFinite(degrees)) return degrees.toFixed(6);
  return degrees > 0 ? 'inf' : '-inf';
}
