// `ferrite-ts check [--repair] DIR`: reads the data directory of a stopped node and says what is in it and what is
// wrong with it. The reading and the repair are the journal's; this only prints the report and chooses the exit code.
import { type CheckedFile, check } from '../journal/check.ts';
import { ExitCode, type Output } from './output.ts';

function describeFile(file: CheckedFile): string {
  if (file.kind === 'blank') return `${file.name}: segment, never written (removed at the next start)`;
  const content = `${file.bytes} bytes, ${file.blocks} blocks, ${file.records} records`;
  const state =
    file.damage === undefined ? 'sound' : file.isTorn ? 'torn tail (cut at the next start)' : 'damaged';
  return `${file.name}: ${file.kind}, ${content}: ${state}`;
}

/** Prints a line for each file and the findings; fails while a start would refuse. */
export function checkDirectory(dir: string, repair: boolean, output: Output): ExitCode {
  const report = check(dir, { repair, onFile: (file) => output.out(describeFile(file)) });
  for (const line of report.problems) output.err(`problem: ${line}`);
  for (const line of report.repairs) output.out(`repaired: ${line}`);
  for (const line of report.losses) output.out(`lost: ${line}`);
  const left = report.repairs.length > 0 ? check(dir, { repair: false }).problems : report.problems;
  if (left.length === 0) {
    output.out(`${dir}: a node can start from this`);
    return ExitCode.done;
  }
  output.err(repair ? `${dir}: not repaired` : `to repair: ferrite-ts check --repair ${dir}`);
  return ExitCode.failed;
}
