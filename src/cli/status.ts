// `ferrite-ts status`: EDGE.STATUS of a node as lines `name: value`, for people and for grep. What the names mean is
// the command's affair; they are printed as they come.
import { type Reply, ReplyError } from '../resp/reply-reader.ts';
import { askNode, type NodeAddress } from './ask-node.ts';
import { ExitCode, type Output } from './output.ts';

function show(reply: Reply | undefined): string {
  if (reply === null || reply === undefined) return '';
  if (Array.isArray(reply)) return reply.map(show).join(' ');
  return reply instanceof ReplyError ? reply.message : String(reply);
}

/** Prints one line for each field. */
export async function status(address: NodeAddress, timeoutMs: number, output: Output): Promise<ExitCode> {
  const reply = await askNode(address, ['EDGE.STATUS'], timeoutMs);
  if (!Array.isArray(reply)) {
    output.err(show(reply));
    return ExitCode.failed;
  }
  for (let i = 0; i + 1 < reply.length; i += 2) output.out(`${show(reply[i])}: ${show(reply[i + 1])}`);
  return ExitCode.done;
}
