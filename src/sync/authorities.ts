// The certificates of authorities in a PEM file (sync.ca): each is read, so that a mistake is found by --check and at
// the start, with its line, and not when the first link fails. It opens no file.
import { X509Certificate } from 'node:crypto';

const allowed = 'allowed: certificates of authorities in PEM';
const beginning = /^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----\s*$/;
const ending = /^-----END (?:TRUSTED |X509 )?CERTIFICATE-----\s*$/;

function reasonOf(pem: string): string | undefined {
  try {
    new X509Certificate(pem);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What is wrong with such a file, one mistake each: file, line, key, what was found and what is allowed. */
export function authorityProblems(path: string, text: string): string[] {
  const lines = text.split('\n');
  const begins = lines.flatMap((line, i) => (beginning.test(line) ? [i] : []));
  if (begins.length === 0) return [`${path}:1: sync.ca: found no certificate, ${allowed}`];
  return begins.flatMap((begin, i) => {
    const block = lines.slice(begin, begins[i + 1]);
    const end = block.findIndex((line) => ending.test(line));
    const reason = end < 0 ? 'it has no end' : reasonOf(block.slice(0, end + 1).join('\n'));
    const found = `found a certificate that cannot be read (${reason})`;
    return reason === undefined ? [] : [`${path}:${begin + 1}: sync.ca: ${found}, ${allowed}`];
  });
}
