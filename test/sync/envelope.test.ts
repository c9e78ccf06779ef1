import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { clearTypeMask, DeltaFlag, DeltaKind } from '../../src/delta/kinds.ts';
import { Envelopes, messageShapes, parseMessage, protocolVersion } from '../../src/sync/envelope.ts';
import { FrameFlag, frameHeaderBytes } from '../../src/sync/frame.ts';

/**
 * One line a version: whoever changes what goes over the wire raises `protocolVersion` and adds a line. The line of a
 * version that no release has yet may change.
 */
const schemaHashes: Record<number, string> = {
  1: '97fe1eac26982ff5',
  2: 'acfa685129a23e24',
};

test('the schema of the wire belongs to its protocol version', () => {
  const schema = JSON.stringify([
    messageShapes,
    FrameFlag,
    frameHeaderBytes,
    DeltaKind,
    DeltaFlag,
    clearTypeMask,
  ]);
  const hash = createHash('sha256').update(schema).digest('hex').slice(0, 16);
  assert.equal(schemaHashes[protocolVersion], hash, 'the wire changed: raise protocolVersion');
});

test('messages come back as they were', () => {
  const envelopes = new Envelopes();
  const { id, text } = envelopes.make('want', { want: 3, db: 1, key: 'AAE=' }, 1234);
  assert.deepEqual(parseMessage(text), {
    type: 'want',
    id,
    timestamp: 1234,
    payload: { want: 3, db: 1, key: 'AAE=' },
  });
  assert.equal(id, 'msg-1234-1');
});

test('malformed and unknown messages are told apart, and keep their id', () => {
  const parse = (value: unknown) => parseMessage(JSON.stringify(value));
  const malformed = (value: unknown, reason: string, id?: string) => {
    const got = parse(value);
    assert.equal(got.type, undefined);
    assert.deepEqual([got.reason, got.id], [reason, id]);
  };
  malformed([], 'malformed');
  malformed({ type: 'ack' }, 'malformed');
  malformed({ type: 'dance', id: 'x', timestamp: 0, payload: {} }, 'unknown_type', 'x');
  malformed({ type: 'toString', id: 'x', timestamp: 0, payload: {} }, 'unknown_type', 'x');
  malformed({ type: 'ack', id: 'x', timestamp: 0, payload: { received: -1 } }, 'malformed', 'x');
  malformed({ type: 'want', id: 'x', timestamp: 0, payload: { want: 1, db: 0, key: '*' } }, 'malformed', 'x');
  malformed({ type: 'hello', id: 'x', timestamp: 0, payload: { version: 99 } }, 'version', 'x');
  assert.equal(parseMessage('{').type, undefined);
});

test('hostile text never throws', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseMessage(text)));
  const types = fc.constantFrom(...Object.keys(messageShapes));
  const envelope = fc.record({ type: types, id: fc.string(), timestamp: fc.nat(), payload: fc.jsonValue() });
  fc.assert(fc.property(envelope, (value) => void parseMessage(JSON.stringify(value))));
});
