// The clients that have said MONITOR, and the lines they get: every command that any client runs, with secrets left
// out. While there are none a command costs nothing for it.
import { type Attention, AttentionBit } from './attention.ts';
import type { CommandEntry } from './command-table.ts';
import type { ClientPort, RequestArgs } from './executor.ts';
import type { Outbox } from './outbox.ts';
import { isSecret, redacted } from './secret-arguments.ts';
import type { Session } from './session.ts';

/** Bytes of an argument that a line shows. */
const argumentBytesMax = 64 * 1024;
/** A line that has become longer shows no further argument. */
const lineLengthMax = 16 * 1024 * 1024;

export class Monitors {
  private readonly attention: Attention;
  private readonly outbox: Outbox;
  private readonly clients = new Set<ClientPort>();

  constructor(attention: Attention, outbox: Outbox) {
    this.attention = attention;
    this.outbox = outbox;
  }

  add(client: ClientPort): void {
    this.clients.add(client);
    this.attention.set(AttentionBit.monitored, true);
  }

  forget(client: ClientPort): void {
    this.clients.delete(client);
    this.attention.set(AttentionBit.monitored, this.clients.size > 0);
  }

  /** Shows a command that `session` has run. `nowMs`: Unix ms. */
  show(session: Session, entry: CommandEntry, args: RequestArgs, nowMs: number): void {
    const micros = String(Math.floor(nowMs * 1000) % 1_000_000).padStart(6, '0');
    let line = `+${Math.floor(nowMs / 1000)}.${micros} [${session.db} ${session.monitorAddress}]`;
    for (let i = 0; i < args.argc && line.length < lineLengthMax; i++) {
      const text = isSecret(entry, args, i) ? redacted : argumentText(args, i);
      line += ` "${escaped(text)}"`;
    }
    const bytes = Buffer.from(`${line}\r\n`, 'latin1');
    for (const client of this.clients) this.outbox.post(client, bytes);
  }
}

function argumentText(args: RequestArgs, i: number): string {
  const from = args.offsets[i]!;
  return args.buf.toString('latin1', from, from + Math.min(args.lengths[i]!, argumentBytesMax));
}

const named: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

function escaped(text: string): string {
  return text.replace(
    /[^ -!#-[\]-~]/g,
    (byte) => named[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
