// `ferrite-ts ping`: does a node answer? A node that asks for a password first is alive; one that is still loading is
// not ready yet. Container health checks run this, so it needs nothing but this program.
import { ReplyError } from '../resp/reply-reader.ts';
import { askNode, type NodeAddress } from './ask-node.ts';
import { ExitCode, type Output } from './output.ts';

/** Prints the answer. */
export async function ping(address: NodeAddress, timeoutMs: number, output: Output): Promise<ExitCode> {
  const reply = await askNode(address, ['PING'], timeoutMs);
  if (reply === 'PONG') {
    output.out('PONG');
    return ExitCode.done;
  }
  const text = reply instanceof ReplyError ? reply.message : JSON.stringify(reply);
  output.out(text);
  return text.startsWith('NOAUTH ') ? ExitCode.done : ExitCode.failed;
}
