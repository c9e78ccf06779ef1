// Places on the earth as numbers of 52 bits: longitude and latitude are cut into 2^26 steps each, and their bits
// alternate, longitude first, so that places near one another often have scores near one another. Beside the encoding
// it has the distance between two places. The ranges and the radius are Redis's, so that scores and replies are too.

export const longitudeMax = 180;
export const latitudeMax = 85.05112878;
export const stepsMax = 26;
const earthRadiusMeters = 6372797.560856;
const halfBits = 13;
const two16 = 2 ** 16;
const two26 = 2 ** 26;
const two31 = 2 ** 31;
const two32 = 2 ** 32;
const two63 = 2 ** 63;
const alphabet = '0123456789bcdefghjkmnpqrstuvwxyz';
const textLength = 11;

export interface Place {
  readonly longitude: number;
  readonly latitude: number;
}

/** One of 2^steps times 2^steps cells. */
export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly steps: number;
}

export interface Area {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** Spreads 16 bits so that there is a zero before each. */
function spread(bits: number): number {
  let v = bits;
  v = (v | (v << 8)) & 0x00ff00ff;
  v = (v | (v << 4)) & 0x0f0f0f0f;
  v = (v | (v << 2)) & 0x33333333;
  return (v | (v << 1)) & 0x55555555;
}

function gather(bits: number): number {
  let v = bits & 0x55555555;
  v = (v | (v >>> 1)) & 0x33333333;
  v = (v | (v >>> 2)) & 0x0f0f0f0f;
  v = (v | (v >>> 4)) & 0x00ff00ff;
  return (v | (v >>> 8)) & 0xffff;
}

/** The bits of a cell, alternating, as one number. */
function interleave(x: number, y: number): number {
  const mask = (1 << halfBits) - 1;
  const low = spread(y & mask) | (spread(x & mask) << 1);
  const high = spread(y >>> halfBits) | (spread(x >>> halfBits) << 1);
  return (high >>> 0) * two26 + (low >>> 0);
}

/** The cell that a place is in. `latitudeRange`: the latitudes that the steps divide are from minus to plus this. */
export function cellOf(place: Place, steps: number, latitudeRange = latitudeMax): Cell {
  const scale = 2 ** steps;
  const y = Math.floor(((place.latitude + latitudeRange) / (latitudeRange * 2)) * scale);
  const x = Math.floor(((place.longitude + longitudeMax) / (longitudeMax * 2)) * scale);
  return { x, y, steps };
}

/** The scores that the places in a cell have: from the first to the one before the second. */
export function scoresOf(cell: Cell): { readonly min: number; readonly end: number } {
  const unit = 4 ** (stepsMax - cell.steps);
  const bits = interleave(cell.x, cell.y);
  return { min: bits * unit, end: (bits + 1) * unit };
}

/** The score of a place. */
export function encodePlace(place: Place): number {
  const { x, y } = cellOf(place, stepsMax);
  return interleave(x, y);
}

export function areaOf({ x, y, steps }: Cell): Area {
  const scale = 2 ** steps;
  return {
    south: -latitudeMax + (y / scale) * (latitudeMax * 2),
    north: -latitudeMax + ((y + 1) / scale) * (latitudeMax * 2),
    west: -longitudeMax + (x / scale) * (longitudeMax * 2),
    east: -longitudeMax + ((x + 1) / scale) * (longitudeMax * 2),
  };
}

function clamp(value: number, max: number): number {
  return Math.max(-max, Math.min(max, value));
}

/**
 * The middle of the smallest cell that a score stands for. One that no place has, as ZADD gives it, is read as Redis
 * reads it on x86-64: as 64 bits, negative ones as their complement, of which those beyond 52 lead to the edge.
 */
export function decodePlace(score: number): Place {
  const isUpper = score >= two63;
  const whole = Math.trunc(isUpper ? score - two63 : score);
  const fits = whole >= -two63 && whole < two63;
  const quotient = fits ? Math.floor(whole / two32) : -two31;
  const low = fits ? (whole - quotient * two32) | 0 : 0;
  const high = isUpper ? quotient ^ -two31 : quotient | 0;
  const y = gather(low) + gather(high) * two16;
  const x = gather(low >>> 1) + gather(high >>> 1) * two16;
  const area = areaOf({ x, y, steps: stepsMax });
  return {
    longitude: clamp((area.west + area.east) / 2, longitudeMax),
    latitude: clamp((area.south + area.north) / 2, latitudeMax),
  };
}

/** The standard geohash of a place, in eleven characters of which the last is always `0`, as 52 bits fill only ten. */
export function geohashText(place: Place): string {
  const { x, y } = cellOf(place, stepsMax, 90);
  let rest = interleave(x, y);
  rest = Math.floor(rest / 4);
  let text = '';
  for (let i = 0; i < textLength - 1; i++) {
    text = alphabet[rest % 32]! + text;
    rest = Math.floor(rest / 32);
  }
  return `${text}0`;
}

function radians(degrees: number): number {
  return degrees * (Math.PI / 180);
}

function degrees(angle: number): number {
  return angle / (Math.PI / 180);
}

function meridianDistance(a: number, b: number): number {
  return earthRadiusMeters * Math.abs(radians(b) - radians(a));
}

/** Meters between two places along a great circle. */
export function distance(a: Place, b: Place): number {
  const v = Math.sin((radians(b.longitude) - radians(a.longitude)) / 2);
  if (v === 0) return meridianDistance(a.latitude, b.latitude);
  const [lat1, lat2] = [radians(a.latitude), radians(b.latitude)];
  const u = Math.sin((lat2 - lat1) / 2);
  return 2 * earthRadiusMeters * Math.asin(Math.sqrt(u * u + Math.cos(lat1) * Math.cos(lat2) * v * v));
}

/** Meters from the center to the place where it is within a box of this width and height, else undefined. */
export function distanceInBox(
  center: Place,
  place: Place,
  width: number,
  height: number,
): number | undefined {
  if (meridianDistance(place.latitude, center.latitude) > height / 2) return undefined;
  const across = { longitude: center.longitude, latitude: place.latitude };
  return distance(place, across) > width / 2 ? undefined : distance(center, place);
}

/** The degrees that a shape reaching so many meters from its center covers, at its widest. */
export function bounds(center: Place, halfWidth: number, halfHeight: number): Area {
  const { longitude, latitude } = center;
  const latitudeDelta = degrees(halfHeight / earthRadiusMeters);
  const edge = latitude < 0 ? latitude - latitudeDelta : latitude + latitudeDelta;
  const longitudeDelta = degrees(halfWidth / earthRadiusMeters / Math.cos(radians(edge)));
  return {
    west: longitude - longitudeDelta,
    east: longitude + longitudeDelta,
    south: latitude - latitudeDelta,
    north: latitude + latitudeDelta,
  };
}
