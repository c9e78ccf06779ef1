// Why a link ends: WebSocket close codes and what a dialer makes of each. Numbers are part of the protocol (SPEC.md).
import type { FerriteError } from '../base/errors.ts';

export const CloseCode = {
  normal: 1000,
  goingAway: 1001,
  unauthorized: 4001,
  protocol: 4002,
  version: 4003,
  replaced: 4004,
  busy: 4005,
  anew: 4006,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

const reasons: Readonly<Record<number, string>> = {
  [CloseCode.goingAway]: 'the peer is going away',
  [CloseCode.unauthorized]: 'unauthorized: the hub does not accept the token or node id',
  [CloseCode.protocol]: 'the peer saw a protocol error',
  [CloseCode.version]: 'the peer speaks another version of the protocol',
  [CloseCode.replaced]: 'replaced by a newer connection of the same node id',
  [CloseCode.busy]: 'the hub is busy',
  [CloseCode.anew]: 'the link begins anew',
};

/** What a close code says, for logs and EDGE.STATUS. */
export function closeReason(code: number): string {
  return reasons[code] ?? `connection closed (${code})`;
}

/** How long to wait before the next try: by backoff, the longest delay, or not at all. */
export type Pace = 'backoff' | 'longest' | 'now';

/** How long to wait after a connection that was closed with this code. */
export function retryAfterCode(code: number): Pace {
  if (code === CloseCode.anew) return 'now';
  return code === CloseCode.unauthorized || code === CloseCode.version ? 'longest' : 'backoff';
}

/** How to end a link after this error: it is the peer's, or this node has no room. */
export function closeCodeOf(error: FerriteError): CloseCode {
  return error.code === 'LINK_PROTOCOL' ? CloseCode.protocol : CloseCode.busy;
}
