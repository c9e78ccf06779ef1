// A server that answers each command it is sent from a script: what the command-line client is tried against.
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { ReplyReader } from '../../src/resp/reply-reader.ts';

export interface ScriptedNode {
  readonly port: number;
  readonly heard: string[];
}

/** Runs `use` while a server on a free port answers command `C` with `answers[C]`, or with nothing at all. */
export async function withScriptedNode(
  answers: Readonly<Record<string, string>>,
  use: (node: ScriptedNode) => Promise<void>,
): Promise<void> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const reader = new ReplyReader();
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const request of reader.read(chunk)) {
        assert.ok(Array.isArray(request));
        heard.push(request.join(' '));
        const answer = answers[String(request[0])];
        if (answer !== undefined) socket.write(answer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  try {
    await use({ port: address.port, heard });
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Keeps lines instead of printing them. */
export function recordOutput() {
  const outLines: string[] = [];
  const errLines: string[] = [];
  const output = {
    out: (line: string) => void outLines.push(line),
    err: (line: string) => void errLines.push(line),
  };
  return { outLines, errLines, output };
}
