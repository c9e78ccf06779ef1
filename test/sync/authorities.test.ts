import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootCertificates } from 'node:tls';
import { authorityProblems } from '../../src/sync/authorities.ts';

const [one = '', another = ''] = rootCertificates;

test('sound certificates have no problems, with text around them, CRLF, and no end of line', () => {
  assert.deepEqual(authorityProblems('ca.pem', `# ours\n${one}\n${another}`), []);
  assert.deepEqual(authorityProblems('ca.pem', `${one}\n`.replaceAll('\n', '\r\n')), []);
});

test('each certificate that cannot be read is named by its line', () => {
  const lines = another.split('\n').length;
  const spoilt = one.replace(/\n.{20}/, '\n####################');
  const cut = one.slice(0, one.length / 2);
  const problems = authorityProblems('/x/ca.pem', `${another}\n${spoilt}\n${cut}`);
  assert.equal(problems.length, 2);
  assert.match(problems[0]!, new RegExp(`^/x/ca\\.pem:${lines + 1}: sync\\.ca: found a certificate that`));
  assert.match(problems[1]!, /it has no end.*allowed: certificates/);
  assert.deepEqual(authorityProblems('ca.pem', 'no certificate'), [
    'ca.pem:1: sync.ca: found no certificate, allowed: certificates of authorities in PEM',
  ]);
});
