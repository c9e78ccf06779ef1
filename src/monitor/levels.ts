// How pressed a resource is, on the ladder normal, warning, high, critical. A pure function of the level so far and the
// share now in use: it rises at once and falls only when the share is clearly below the step, so that a node on the
// edge of a step does not flap. What is done about a level is decided elsewhere.

export const levels = ['normal', 'warning', 'high', 'critical'] as const;
export type Level = (typeof levels)[number];

/** Shares (0 to 1) at which warning, high and critical begin. */
export type Ladder = readonly [number, number, number];

export const memoryLadder: Ladder = [0.8, 0.9, 0.95];
export const diskLadder: Ladder = [0.7, 0.85, 0.95];

/** A level is left when the share is this far below the step that began it. */
export const hysteresis = 0.03;

function levelAt(share: number, ladder: Ladder, slack: number): number {
  return ladder.filter((step) => share >= step - slack).length;
}

/** The level after a sample that says `share` of the resource is in use. */
export function nextLevel(current: Level, share: number, ladder: Ladder): Level {
  const rising = levelAt(share, ladder, 0);
  const falling = Math.min(levels.indexOf(current), levelAt(share, ladder, hysteresis));
  return levels[Math.max(rising, falling)] ?? 'critical';
}
