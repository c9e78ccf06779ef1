// Where a hub's edges connect: a ws:// or wss:// address as it is, or what the hub answers to EDGE.ENDPOINT at a
// redis:// or rediss:// address. The Redis client is loaded only where it is needed. Addresses with passwords stay
// here: what is shown to people has gone through `bareUrl`.
import { FerriteError } from '../base/errors.ts';
import { dialError } from './dial-error.ts';

/** The WebSocket address that a hub at `hubUrl` means by its answer to EDGE.ENDPOINT. */
export function endpointOf(hubUrl: string, answer: unknown): string {
  if (typeof answer !== 'string') throw new FerriteError('SYNC', 'the hub names no endpoint');
  const hub = new URL(hubUrl);
  let url: URL;
  try {
    url = new URL(answer);
  } catch {
    throw new FerriteError('SYNC', 'the hub names a malformed endpoint');
  }
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw new FerriteError('SYNC', 'the hub names an endpoint that is no WebSocket');
  }
  if (hub.protocol === 'rediss:' && url.protocol !== 'wss:') {
    throw new FerriteError(
      'SYNC',
      'the hub names an endpoint without TLS: set hub.endpoint there to a wss:// address',
    );
  }
  // A hub that listens everywhere does not know under which name this node sees it.
  if (url.hostname === '' || url.hostname === '0.0.0.0' || url.hostname === '[::]')
    url.hostname = hub.hostname;
  return url.href;
}

/** Asks over RESP. `ca`: PEM of the authorities that are trusted. Rejects with FerriteError SYNC. */
export async function askEndpoint(
  hubUrl: string,
  timeoutMs: number,
  ca?: readonly string[],
): Promise<string> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(hubUrl, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableReadyCheck: false,
    protocol: 2,
    ...(ca !== undefined && hubUrl.startsWith('rediss:') ? { tls: { ca: [...ca] } } : {}),
  });
  let connectionError: string | undefined;
  redis.on('error', (error: Error) => {
    connectionError = dialError(error);
  });
  try {
    await redis.connect();
    return endpointOf(hubUrl, await redis.call('EDGE.ENDPOINT'));
  } catch (error) {
    if (error instanceof FerriteError) throw error;
    const message = connectionError ?? dialError(error);
    throw new FerriteError('SYNC', `the hub does not answer EDGE.ENDPOINT: ${message}`);
  } finally {
    redis.disconnect();
  }
}
