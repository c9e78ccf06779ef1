// Sizes and durations as people write them: "128mb", "30s". Sizes follow redis.conf (1k is 1000 bytes, 1kb is 1024);
// durations always carry a unit, because a bare number has been read as seconds by one program and as milliseconds by
// the next. Nothing here knows which key it is reading.

const sizeUnits: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1000],
  ['kb', 1024],
  ['m', 1000 ** 2],
  ['mb', 1024 ** 2],
  ['g', 1000 ** 3],
  ['gb', 1024 ** 3],
]);

const durationUnits: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Bytes, or undefined where `text` is no size. Units: b k kb m mb g gb, upper or lower case; none means bytes. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,15})([a-z]{0,2})$/.exec(text.toLowerCase());
  const factor = sizeUnits.get(match?.[2] ?? '?');
  if (match === null || factor === undefined) return undefined;
  const bytes = Number(match[1]) * factor;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Milliseconds, or undefined where `text` is no duration. Units: ms s m h d; only zero may go without one. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const match = /^(\d{1,15})(ms|s|m|h|d)$/.exec(text);
  const factor = durationUnits.get(match?.[2] ?? '?');
  if (match === null || factor === undefined) return undefined;
  const ms = Number(match[1]) * factor;
  return Number.isSafeInteger(ms) ? ms : undefined;
}

function inLargestUnit(
  amount: number,
  units: readonly (readonly [string, number])[],
  smallest: string,
): string {
  for (const [unit, factor] of units) {
    if (amount >= factor && amount % factor === 0) return `${amount / factor}${unit}`;
  }
  return `${amount}${smallest}`;
}

/** The shortest exact text that parseSize reads back: "256mb". */
export function formatSize(bytes: number): string {
  return inLargestUnit(
    bytes,
    [
      ['gb', 1024 ** 3],
      ['mb', 1024 ** 2],
      ['kb', 1024],
    ],
    'b',
  );
}

/** The shortest exact text that parseDuration reads back: "7d". */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0';
  return inLargestUnit(ms, [...durationUnits].reverse(), 'ms');
}
