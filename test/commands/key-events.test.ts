import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventMask, KeyEvents } from '../../src/commands/key-events.ts';
import { DeltaKind } from '../../src/delta/kinds.ts';
import { EntryType } from '../../src/store/entry.ts';
import { Rig } from './command-rig.ts';

function eventsOf(): { events: KeyEvents; published: string[] } {
  const published: string[] = [];
  const rig = new Rig();
  const publish = (channel: string, message: string): void => {
    published.push(`${channel} ${message}`);
  };
  return {
    events: new KeyEvents(rig.services.changes, rig.services.attention, publish, () => false),
    published,
  };
}

test('an event goes to the channels of its key and its name, as the classes allow', () => {
  const { events, published } = eventsOf();
  events.setMask(eventMask('KE$') ?? 0);
  events.raise('set', '\x03key');
  events.raise('del', '\x03key');
  assert.deepEqual(published, ['__keyspace@3__:key set', '__keyevent@3__:set key']);
  events.setMask(eventMask('Eg') ?? 0);
  events.raise('set', '\x00key');
  events.raise('del', '\x00key');
  assert.deepEqual(published.slice(2), ['__keyevent@0__:del key']);
});

test('a key that was not there is new before it is anything else', () => {
  const { events, published } = eventsOf();
  events.setMask(eventMask('EAn') ?? 0);
  events.noteAbsent(['\x00a']);
  events.raise('set', '\x00a');
  events.raise('set', '\x00a');
  assert.deepEqual(published, ['__keyevent@0__:new a', '__keyevent@0__:set a', '__keyevent@0__:set a']);
});

test('a key that is looked for in vain is not new yet', () => {
  const { events, published } = eventsOf();
  events.setMask(eventMask('EAmn') ?? 0);
  events.noteAbsent(['\x00a']);
  events.raise('keymiss', '\x00a');
  assert.deepEqual(published, ['__keyevent@0__:keymiss a']);
  events.raise('set', '\x00a');
  assert.deepEqual(published.slice(1), ['__keyevent@0__:new a', '__keyevent@0__:set a']);
});

test('what looks for a key that is not there tells of a miss, and what reads counts hits', () => {
  const rig = new Rig();
  const [listener, client] = [rig.connect(), rig.connect()];
  client.send('config', 'set', 'notify-keyspace-events', 'Em');
  listener.send('subscribe', '__keyevent@0__:keymiss');
  const { stats } = rig.services;
  client.send('set', 'k', 'v');
  client.send('xgroup', 'create', 's', 'g', '0', 'mkstream');
  for (const [line, key] of [
    ['ttl', 'k'],
    ['pttl', 'k'],
    ['expiretime', 'k'],
    ['pexpiretime', 'k'],
    ['type', 'k'],
    ['exists', 'k'],
    ['set * v xx get', 'k'],
    ['xpending * g', 's'],
    ['xack * g 1', 's'],
    ['xclaim * g c 0 1', 's'],
    ['xautoclaim * g c 0 0', 's'],
    ['xreadgroup group g c streams * >', 's'],
  ] as const) {
    const words = (line.includes('*') ? line : `${line} *`).split(' ');
    const { hits, misses } = stats;
    listener.pushed();
    client.send(...words.map((word) => (word === '*' ? 'none' : word)));
    assert.match(listener.pushed(), /keymiss.*none/s, line);
    client.send(...words.map((word) => (word === '*' ? key : word)));
    assert.deepEqual([stats.hits - hits, stats.misses - misses, listener.pushed()], [1, 1, ''], line);
  }
});

test('letters are read, and shown in the order of redis-server', () => {
  const { events } = eventsOf();
  const shown = (text: string): string => {
    events.setMask(eventMask(text) ?? 0);
    return events.letters;
  };
  for (const [given, expected] of [
    ['KA', 'AK'],
    ['AKEmn', 'AKEm'],
    ['KEn', 'nKE'],
    ['g$lshzxetdKEmn', 'AKEm'],
    ['Kx', 'xK'],
    ['', ''],
  ] as const) {
    assert.equal(shown(given), expected);
  }
  assert.equal(eventMask('KQ'), undefined);
});

test('what a peer wrote is told of by what it is, once for each delta', () => {
  const rig = new Rig();
  const published: string[] = [];
  const { changes, attention } = rig.services;
  const publish = (channel: string): void => {
    published.push(channel.slice('__keyevent@0__:'.length));
  };
  let isJoining = true;
  const events = new KeyEvents(changes, attention, publish, () => isJoining);
  events.setMask(eventMask('EA') ?? 0);
  const key = Buffer.from('k');
  const { recorder } = rig.store;
  const write = (kind: number): void => {
    recorder?.head(kind, 0, 0, key, 0, 1, rig.store.self, 1, 1, 0);
  };
  write(DeltaKind.put);
  write(DeltaKind.clear);
  recorder?.within(EntryType.hash, key, 0, 1);
  write(DeltaKind.put);
  recorder?.within(EntryType.zset, key, 0, 1);
  write(DeltaKind.count);
  recorder?.outside();
  write(DeltaKind.forget);
  isJoining = false;
  write(DeltaKind.put);
  assert.deepEqual(published, ['set', 'del', 'hset', 'zincr']);
});
