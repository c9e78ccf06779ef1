// One value that somebody gave for one key, with the place it was given, and the problem that it may turn out to be.
// Sources (TOML, environment, flags, library) all become settings, so that they are checked by the same code and a
// problem reads the same wherever it came from. Values of secret keys never enter a message.
import { type Given, redactUrl } from './field.ts';

export interface Setting {
  /** As it was written: may be unknown, may be an alias. */
  readonly key: string;
  readonly given: Given;
  /** For people: `edge.toml:7`, `environment FERRITE_SERVER_PORT`, `--port`. */
  readonly where: string;
}

const shownMax = 60;

function showValue(value: unknown): string {
  if (typeof value === 'string') {
    const shown = redactUrl(value);
    return JSON.stringify(shown.length > shownMax ? `${shown.slice(0, shownMax)}...` : shown);
  }
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Date) return 'a date';
  return typeof value === 'object' && value !== null ? 'a table' : String(value);
}

/** What was given, fit for a message. */
function showGiven(setting: Setting, isSecret: boolean): string {
  if (isSecret) return '***';
  return showValue('text' in setting.given ? setting.given.text : setting.given.value);
}

/** `edge.toml:7: edge.sync_interval: found "30x", allowed: a duration ...` */
export function valueProblem(setting: Setting, isSecret: boolean, allowed: string): string {
  return `${setting.where}: ${setting.key}: found ${showGiven(setting, isSecret)}, allowed: ${allowed}`;
}
