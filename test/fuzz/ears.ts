// What a server tells of its keys while requests are run: the keyspace events, heard by a connection of their own. It
// knows no command.
import type { OracleClient } from '../commands/redis-oracle.ts';

const push = '>'.charCodeAt(0);

export class Ears {
  private readonly client: OracleClient;

  constructor(client: OracleClient) {
    this.client = client;
  }

  /** Hears all events from now on. */
  async open(): Promise<void> {
    await this.client.run([
      ['hello', '3'],
      ['config', 'set', 'notify-keyspace-events', 'EAmn'],
      ['psubscribe', '__key*'],
    ]);
  }

  /** The events since the last time, in order: `set s1`. A miss that is told of again at once counts as one. */
  async heard(): Promise<string[]> {
    void this.client.write([['ping']]);
    await this.client.take(1, (message) => message[0] !== push);
    return withoutRepeatedMisses(this.client.drain().map(eventOf));
  }
}

function eventOf(message: Buffer): string {
  const [channel = '', key = ''] = message.toString('latin1').split('\r\n').filter(isContent).slice(-2);
  return `${channel.slice(channel.indexOf(':') + 1)} ${key}`;
}

/** Redis looks for a key once or twice. */
function withoutRepeatedMisses(events: readonly string[]): string[] {
  const missed = new Set<string>();
  return events.filter((event) => {
    if (!event.startsWith('keymiss ')) missed.clear();
    else if (missed.has(event)) return false;
    missed.add(event);
    return true;
  });
}

/** Neither a length nor the end of the message. */
function isContent(line: string): boolean {
  return line !== '' && !/^[>$]\d+$/.test(line);
}
