// EDGE.PEERS [FORGET node-id]: the nodes whose changes this one has taken in, and which of them are linked now. One
// that will not come back is forgotten by hand: a node without a hub evicts nothing that it may lack.
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import { edgeArguments, edgeCommand, firstArgument, replyRows } from './edge-command.ts';

export const command = edgeCommand({
  name: 'peers',
  min: 0,
  max: 2,
  syntax: '[FORGET node-id]',
  summary:
    'The nodes that this one knows, linked or away; or has one that will not come back counted no more.',
  run: peers,
});

function peers(call: Call): void {
  const { edge } = call.services;
  const first = firstArgument(call);
  if (edgeArguments(call) === 0) {
    replyRows(call, edge.peers());
    return;
  }
  if (edgeArguments(call) !== 2 || !call.is(first, 'forget')) call.syntaxError();
  const nodeId = call.text(first + 1);
  if (edge.peers().some(([name, state]) => name === nodeId && state === 'linked'))
    throw new CommandError('ERR the node is linked');
  call.reply.integer(Number(edge.forgetPeer(nodeId)));
}
