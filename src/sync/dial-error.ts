// Why a connection to a peer failed, in words that say what to do: the messages of sockets and TLS as they are, with
// the key to set where a certificate is not trusted. Pure; it never has an address with a password in it.

const untrusted: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const advice = 'name the file of its certificate authority in sync.ca or NODE_EXTRA_CA_CERTS';

/** The message of what a dial failed with. */
export function dialError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && untrusted.has(code)) {
    // Newer versions of Node add advice of their own behind a semicolon.
    const [reason] = error.message.split(';');
    return `certificate not trusted (${reason}): ${advice}`;
  }
  if (code === 'CERT_HAS_EXPIRED') return `certificate not valid (${error.message})`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `certificate of another host (${error.message})`;
  if (error.message === '' && code !== undefined) return code;
  return error.message;
}
