import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig, textOf } from '../command-rig.ts';
import { sliced, smallNode, whole } from '../in-slices.ts';

const fieldsOf = (line: string): Map<string, string> =>
  new Map(
    line.split(' ').map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
  );

test('CLIENT LIST has one line a client, with Redis fields', () => {
  const rig = new Rig();
  const first = rig.connect('10.0.0.1:1000');
  const second = rig.connect('10.0.0.2:2000');
  first.send('HELLO', '3', 'SETNAME', 'one');
  first.send('CLIENT', 'SETINFO', 'LIB-NAME', 'lib');
  rig.advance(5000);
  second.send('SELECT', '4');
  second.send('CLIENT', 'NO-TOUCH', 'ON');
  const lines = textOf(second.send('CLIENT', 'LIST')).split('\n');
  assert.equal(lines.length, 3);
  assert.equal(lines[2], '');
  const [one, two] = lines.map(fieldsOf);
  assert.deepEqual(
    [
      one!.get('id'),
      one!.get('addr'),
      one!.get('name'),
      one!.get('age'),
      one!.get('idle'),
      one!.get('flags'),
      one!.get('resp'),
    ],
    ['1', '10.0.0.1:1000', 'one', '5', '5', 'N', '3'],
  );
  assert.deepEqual(
    [one!.get('cmd'), one!.get('lib-name'), one!.get('user')],
    ['client|setinfo', 'lib', 'default'],
  );
  assert.deepEqual(
    [two!.get('db'), two!.get('flags'), two!.get('idle'), two!.get('cmd')],
    ['4', 'T', '0', 'client|list'],
  );
  assert.match(lines[0]!, /^id=1 addr=\S+ laddr=\S+ fd=-1 name=one age=5 idle=5 flags=N db=0 sub=0 psub=0 /);
});

test('CLIENT LIST filters by type and by number', () => {
  const rig = new Rig();
  const client = rig.connect();
  rig.connect();
  rig.connect();
  const count = (...args: string[]): number =>
    textOf(client.send('CLIENT', 'LIST', ...args)).split('\n').length - 1;
  assert.equal(count(), 3);
  assert.equal(count('TYPE', 'normal'), 3);
  assert.equal(count('TYPE', 'replica'), 0);
  assert.equal(count('ID', '1', '3', '99'), 2);
  assert.equal(client.send('CLIENT', 'LIST', 'TYPE', 'zz'), "-ERR Unknown client type 'zz'\r\n");
  assert.equal(client.send('CLIENT', 'LIST', 'ID', '1', 'x'), '-ERR Invalid client ID\r\n');
  assert.equal(client.send('CLIENT', 'LIST', 'ID'), '-ERR syntax error\r\n');
  assert.equal(client.send('CLIENT', 'LIST', 'FOO'), '-ERR syntax error\r\n');
});

test('CLIENT INFO is the line of the caller; verbatim in RESP3', () => {
  const client = new Rig().connect();
  assert.match(client.send('CLIENT', 'INFO'), /^\$\d+\r\nid=1 addr=.*lib-ver=\n\r\n$/);
  client.send('HELLO', '3');
  assert.match(client.send('CLIENT', 'INFO'), /^=\d+\r\ntxt:id=1 .*resp=3 .*\n\r\n$/);
  assert.match(client.send('CLIENT', 'LIST'), /^=\d+\r\ntxt:id=1 /);
});

test('very many clients are listed in slices', () => {
  const node = smallNode();
  for (let n = 0; n < 250; n++) node.rig.connect();
  node.run('CLIENT SETNAME own');
  const expected = String(whole(node, ['CLIENT', 'LIST']));
  const listed = String(sliced(node, ['CLIENT', 'LIST']));
  const fieldsOf = (text: string): string[] =>
    text.split('\n').map((line) => line.replace(/ (qbuf|tot-mem|flags|multi(-mem)?|cmd)=\S+/g, ''));
  assert.deepEqual(fieldsOf(listed), fieldsOf(expected));
  assert.match(listed, / name=own .* flags=N /);
  assert.equal(String(sliced(node, ['CLIENT', 'LIST', 'ID', '3', '200'])).split('\n').length, 3);
});
