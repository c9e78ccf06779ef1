import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('pops at once what is there, and waits for what is not', () => {
  const rig = new Rig();
  const [waiting, other] = [rig.connect(), rig.connect()];
  other.send('rpush', 'l', 'a', 'b', 'c');
  assert.equal(
    waiting.send('blmpop', '0', '2', 'none', 'l', 'left', 'count', '2'),
    '*2\r\n$1\r\nl\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n',
  );
  assert.equal(waiting.send('blmpop', '0', '1', 'none', 'right'), '');
  other.send('rpush', 'none', 'x', 'y');
  assert.equal(waiting.lateNow(), '*2\r\n$4\r\nnone\r\n*1\r\n$1\r\ny\r\n');
});

test('gives up when its time is over; refuses bad arguments', () => {
  const rig = new Rig();
  const [waiting, other] = [rig.connect(), rig.connect()];
  waiting.send('blmpop', '1', '1', 'l', 'left');
  rig.advance(1100);
  assert.equal(waiting.lateNow(), '*-1\r\n');
  assert.equal(
    other.send('blmpop', 'x', '1', 'l', 'left'),
    '-ERR timeout is not a float or out of range\r\n',
  );
  assert.equal(other.send('blmpop', '1', '0', 'l', 'left'), '-ERR numkeys should be greater than 0\r\n');
});
