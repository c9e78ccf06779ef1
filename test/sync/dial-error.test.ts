import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialError } from '../../src/sync/dial-error.ts';

test('an untrusted certificate names the key to set; other failures speak for themselves', () => {
  const of = (message: string, code: string): string =>
    dialError(Object.assign(new Error(message), { code }));
  assert.match(
    of('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'),
    /^certificate not trusted \(self-signed certificate\): .*sync\.ca/,
  );
  assert.equal(
    of('certificate has expired', 'CERT_HAS_EXPIRED'),
    'certificate not valid (certificate has expired)',
  );
  assert.match(
    of("Hostname/IP does not match: Host: a. is not in the cert's altnames", 'ERR_TLS_CERT_ALTNAME_INVALID'),
    /^certificate of another host \(/,
  );
  assert.equal(of('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'), 'connect ECONNREFUSED 127.0.0.1:1');
  assert.equal(of('', 'ECONNREFUSED'), 'ECONNREFUSED');
  assert.equal(dialError('no'), 'no');
});
