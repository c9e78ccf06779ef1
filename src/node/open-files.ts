// How many files the system lets this process have open, and so how many clients it can take. A node that has none left
// could open no segment of its journal either, and would refuse writes because of its visitors.
import { readFileSync } from 'node:fs';

/** For the journal, snapshots, links, health and metrics, and what Node.js itself has open. */
const openFilesReserved = 64;

/** The limit that stands in the text of Linux's /proc/self/limits; undefined where it names none. */
export function openFilesMaxOf(limits: string): number | undefined {
  const text = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return text === undefined ? undefined : Number(text);
}

/** The same of this process: Node.js has raised it as far as it may. Undefined where the system does not tell. */
export function openFilesMax(): number | undefined {
  try {
    return openFilesMaxOf(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return undefined;
  }
}

/** So many of `wanted` clients leave room for what the node itself opens; at least one. */
export function clientsThatFit(wanted: number, filesMax: number | undefined): number {
  return filesMax === undefined ? wanted : Math.max(1, Math.min(wanted, filesMax - openFilesReserved));
}
