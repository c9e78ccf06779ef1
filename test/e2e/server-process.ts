// A real node for the end-to-end tests: the built binary as a process of its own, on a free port and a directory that
// goes when it stops. It may be killed and started again on the same directory. And what tests need to run the tools of
// others against it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const patienceMs = 60_000;
/** Of what a node has written, in errors: their reason stands behind it. */
const shownChars = 4096;

export class ServerProcess {
  readonly dir: string;
  port = 0;
  /** Where the node accepts edges; empty where it does not. */
  edgesUrl = '';
  /** What the node has written to its log. */
  output = '';
  private readonly nodeOptions: readonly string[];
  private child: ChildProcess | undefined;

  /** `nodeOptions`: what Node itself is told. */
  constructor(nodeOptions: readonly string[] = []) {
    this.dir = mkdtempSync(join(tmpdir(), 'ferrite-e2e-'));
    this.nodeOptions = nodeOptions;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get isRunning(): boolean {
    const { child } = this;
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** In words: whether the process lives, or how it ended. */
  get state(): string {
    if (this.isRunning) return `lives as process ${this.pid}`;
    if (this.child?.signalCode) return `was ended by ${this.child.signalCode}`;
    return `ended with exit code ${this.child?.exitCode ?? 'none: it never ran'}`;
  }

  /** Starts the node; resolves when it is ready. Rejects with what it said where it ends first, or takes too long. */
  async start(...args: string[]): Promise<void> {
    const options = ['--port', '0', '--dir', this.dir, ...args];
    const child = spawn(process.execPath, [...this.nodeOptions, main, ...options]);
    this.child = child;
    let output = '';
    const ready = new Promise<number>((resolve, reject) => {
      const note = (chunk: Buffer): void => {
        output += chunk.toString();
        this.output += chunk.toString();
        const port = /Ready to accept connections port=(\d+)\s/.exec(output)?.[1];
        if (port !== undefined) resolve(Number(port));
      };
      child.stdout.on('data', note);
      child.stderr.on('data', note);
      child.once('error', reject);
      child.once('close', (code, signal) =>
        reject(new Error(`${output.slice(-shownChars)}\nthe node ended with ${code ?? signal}`)),
      );
    });
    this.port = await this.inTime(ready, 'it was ready');
    this.edgesUrl = /Ready to accept edges url=(\S+)/.exec(output)?.[1] ?? '';
  }

  /** Sends a signal and no more. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Resolves once the node is gone without having had a chance to do anything about it. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }

  /** Resolves with the exit code once the node has ended by itself; null where a signal ended it. */
  async ended(): Promise<number | null> {
    const { child } = this;
    if (child === undefined) return null;
    if (this.isRunning) await this.inTime(once(child, 'exit'), 'it ended');
    return child.exitCode;
  }

  /** Ends the node and removes its directory. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    await this.ended();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** What the promise gives. A node that lets it wait for too long is killed, and the error says what it wrote. */
  private async inTime<T>(promise: Promise<T>, what: string): Promise<T> {
    let late: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_resolve, reject) => {
      late = setTimeout(() => {
        this.signal('SIGKILL');
        reject(new Error(`${this.output.slice(-shownChars)}\nwaited ${patienceMs / 1000} s until ${what}`));
      }, patienceMs);
    });
    try {
      return await Promise.race([promise, deadline]);
    } finally {
      clearTimeout(late);
    }
  }
}

export interface ToolResult {
  readonly status: number | null;
  readonly out: string;
}

/** Runs a program to its end, or until `timeoutMs`; its output, errors included. */
export async function runTool(
  program: string,
  args: readonly string[],
  options: { readonly input?: string | Buffer; readonly timeoutMs?: number } = {},
): Promise<ToolResult> {
  const child = spawn(program, args);
  const timer = setTimeout(() => child.kill('SIGTERM'), options.timeoutMs ?? patienceMs);
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      out += chunk.toString('latin1');
    });
  }
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [status] = await once(child, 'close');
  clearTimeout(timer);
  return { status: typeof status === 'number' ? status : null, out };
}

/** Why a test that needs these programs must be skipped, or false. */
export function missing(...programs: string[]): string | false {
  const absent = programs.filter((name) => spawnSync('which', [name]).status !== 0);
  return absent.length === 0 ? false : `${absent.join(', ')} is not installed`;
}
