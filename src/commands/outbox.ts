// Messages to clients that no request of theirs asked for: pub/sub, invalidations, MONITOR lines. They leave once the
// command that caused them has replied, so that a client that is told of its own doings gets its reply first.
import { ReplyWriter } from '../resp/reply-writer.ts';
import type { ClientPort } from './executor.ts';
import type { KeyChanges } from './key-changes.ts';

const keptBytesMax = 64 * 1024;

export class Outbox {
  private readonly writer = new ReplyWriter(1024);
  private readonly changes: KeyChanges;
  private messages: { readonly client: ClientPort; readonly bytes: Buffer }[] = [];

  constructor(changes: KeyChanges) {
    this.changes = changes;
    changes.settlers.push(() => this.flush());
  }

  /** A message as bytes, which can go to any number of clients that speak this protocol. */
  encode(protocol: 2 | 3, write: (message: ReplyWriter) => void): Buffer {
    const { writer } = this;
    writer.reset(keptBytesMax);
    writer.open();
    writer.protocol = protocol;
    write(writer);
    const { buf, start, pos } = writer;
    if (buf.length <= keptBytesMax) return Buffer.from(buf.subarray(start, pos));
    writer.handOver();
    return buf.subarray(start, pos);
  }

  /** `bytes` are sent as they are and must not change afterwards. */
  post(client: ClientPort, bytes: Buffer): void {
    this.messages.push({ client, bytes });
    if (!this.changes.pending) this.changes.pend();
  }

  private flush(): void {
    const { messages } = this;
    if (messages.length === 0) return;
    this.messages = [];
    for (const { client, bytes } of messages) client.push(bytes);
  }
}
