// The cells to look through for the places in a shape: the one around its center and those of its eight neighbours that
// the shape may reach, in the order in which Redis visits them. How large the cells are follows from the shape's reach.
import {
  type Area,
  areaOf,
  bounds,
  type Cell,
  cellOf,
  distance,
  distanceInBox,
  type Place,
  stepsMax,
} from './geo-encoding.ts';

/** A circle or a box around a center, in meters. */
export type Shape =
  | { readonly kind: 'circle'; readonly center: Place; readonly radius: number }
  | { readonly kind: 'box'; readonly center: Place; readonly width: number; readonly height: number };

const mercatorMax = 20037726.37;
/** Center, north, south, east, west, then the corners: east before west. */
const directions: readonly (readonly [dx: number, dy: number])[] = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
];

/** Meters from the center of a shape to a place in it, undefined for one outside. */
export function distanceWithin(shape: Shape, place: Place): number | undefined {
  if (shape.kind === 'box') return distanceInBox(shape.center, place, shape.width, shape.height);
  const meters = distance(shape.center, place);
  return meters > shape.radius ? undefined : meters;
}

function neighbour(cell: Cell, dx: number, dy: number): Cell {
  const cells = 2 ** cell.steps;
  return { x: (cell.x + dx + cells) % cells, y: (cell.y + dy + cells) % cells, steps: cell.steps };
}

function stepsFor(reach: number, latitude: number): number {
  if (reach === 0) return stepsMax;
  let steps = 1;
  for (let meters = reach; meters < mercatorMax; meters *= 2) steps += 1;
  steps -= 2;
  // Towards the poles cells are narrower.
  if (Math.abs(latitude) > 66) steps -= 1;
  if (Math.abs(latitude) > 80) steps -= 1;
  return Math.max(1, Math.min(stepsMax, steps));
}

/** Whether the neighbours are far enough out to have the shape between them. */
function encloses(cell: Cell, shape: Area): boolean {
  return (
    areaOf(neighbour(cell, 0, 1)).north >= shape.north &&
    areaOf(neighbour(cell, 0, -1)).south <= shape.south &&
    areaOf(neighbour(cell, 1, 0)).east >= shape.east &&
    areaOf(neighbour(cell, -1, 0)).west <= shape.west
  );
}

export function searchCells(shape: Shape): Cell[] {
  const { center } = shape;
  const [halfWidth, halfHeight] =
    shape.kind === 'circle' ? [shape.radius, shape.radius] : [shape.width / 2, shape.height / 2];
  const extent = bounds(center, halfWidth, halfHeight);
  const reach = shape.kind === 'circle' ? shape.radius : Math.hypot(halfWidth, halfHeight);
  let steps = stepsFor(reach, center.latitude);
  let cell = cellOf(center, steps);
  if (steps > 1 && !encloses(cell, extent)) cell = cellOf(center, --steps);
  const area = areaOf(cell);
  const out: Cell[] = [];
  let last: Cell | undefined;
  for (const [dx, dy] of directions) {
    if (steps >= 2 && isOutOfReach(area, extent, dx, dy)) continue;
    const next = neighbour(cell, dx, dy);
    // Of a shape that spans half the earth, neighbours on both sides are the same cell.
    if (last !== undefined && last.x === next.x && last.y === next.y) continue;
    out.push(next);
    if (dx !== 0 || dy !== 0) last = next;
  }
  return out;
}

/** The shape ends within the middle cell in this direction. */
function isOutOfReach(area: Area, shape: Area, dx: number, dy: number): boolean {
  return (
    (dy < 0 && area.south < shape.south) ||
    (dy > 0 && area.north > shape.north) ||
    (dx < 0 && area.west < shape.west) ||
    (dx > 0 && area.east > shape.east)
  );
}
