// Asks a running node one thing over its Redis port and hands back the reply: what ping and status are made of. It
// speaks RESP2, waits a bounded time, and closes the connection; a node that cannot be asked is a FerriteError.
import { connect } from 'node:net';
import { FerriteError } from '../base/errors.ts';
import { type Reply, ReplyReader } from '../resp/reply-reader.ts';

export interface NodeAddress {
  readonly host: string;
  readonly port: number;
  readonly password: string | undefined;
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('')}`;
}

/**
 * The node's reply to `command`; error replies are values. Throws FerriteError CLOSED where there is no connection, no
 * reply within `timeoutMs`, or something that is not RESP.
 */
export function askNode(address: NodeAddress, command: readonly string[], timeoutMs: number): Promise<Reply> {
  const { host, port, password } = address;
  const requests = password === undefined ? [command] : [['AUTH', password], command];
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const reader = new ReplyReader();
    const replies: Reply[] = [];
    const fail = (message: string, cause?: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new FerriteError('CLOSED', `${host}:${port}: ${message}`, cause));
    };
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
    socket.on('error', (error) => fail(error.message === '' ? 'cannot connect' : error.message, error));
    socket.on('close', () => fail('closed the connection before it answered'));
    socket.on('data', (chunk) => {
      try {
        replies.push(...reader.read(chunk));
      } catch (error) {
        fail('the answer is not RESP', error);
      }
      const answer = replies[requests.length - 1];
      if (answer === undefined) return;
      clearTimeout(timer);
      resolve(answer);
      socket.destroy();
    });
    socket.write(requests.map(encode).join(''));
  });
}
