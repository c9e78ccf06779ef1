// The handshake's words: what each side says of itself and of what it knows of the other, and what it makes of the
// other's claims (version, identity, fork, horizon). Claims are judged here; what follows is the link machine's.
import { FerriteError } from '../base/errors.ts';
import type { BatchWriters } from '../delta/batch-writers.ts';
import { isNodeId, nodeIdOf, type OriginNames } from '../delta/origins.ts';
import type { VersionVector } from '../delta/vector.ts';
import type { BatchPacker } from './batch-packer.ts';
import { CloseCode, closeCodeOf } from './close-codes.ts';
import { type Entry, type Payload, protocolVersion, type VectorRow } from './envelope.ts';
import type { Identity } from './identity.ts';
import type { SyncLimits } from './limits.ts';
import type { Verdict } from './link-machine.ts';
import { commitNotes } from './notes.ts';
import { Peer, type PeerFacts, rowsOf, sharedHash, vectorOf } from './peer.ts';
import type { SyncLedger, SyncLog, SyncStore, Timers } from './ports.ts';
import { lacksNote, notedCursor } from './receiver.ts';
import type { Rounds } from './rounds.ts';

/** Notes, one for each address dialed: the origin last met there, so that hashes of vectors can leave it out. */
export const uplinkOriginNote = 'uplink-origin:';
/** Dots up to which tombstones may be gone, as rows. */
export const horizonNote = 'horizon';
/**
 * The horizon for which this node started over last, as rows: it is not behind that any more, though nobody may state
 * so.
 */
const copiedNote = 'copied';
/** The forms of batches, besides the plain one, that this node can read. */
const lz4 = 'lz4';
const windowBytesMax = 64 * 1024 * 1024;

export interface NodeParts {
  readonly store: SyncStore;
  readonly log: SyncLog;
  readonly ledger: SyncLedger;
  readonly identity: Identity;
  readonly limits: SyncLimits;
  readonly packer: BatchPacker;
  readonly writers: BatchWriters;
  readonly rounds: Rounds;
  readonly timers: Timers;
  readonly role: 'edge' | 'hub';
  readonly software: string;
  /** Whether what is acknowledged survives a restart: persistence is on. */
  readonly isDurable: boolean;
  /** On whom this node relies to keep what it lets go of; empty: on nobody, undefined: that is not known. */
  readonly relies: () => string | undefined;
}

type Greeting = Payload<'hello'> | Payload<'welcome'>;
type Knowledge = Pick<Payload<'ready'>, 'entry' | 'seen' | 'tags' | 'ends' | 'cursor' | 'relies'>;

function greetingOf(node: NodeParts) {
  return {
    version: protocolVersion,
    node_id: node.identity.nodeId,
    origin: node.identity.originName,
    tag: node.identity.tag,
    role: node.role,
    mode: 'bidirectional',
    software: node.software,
    journal: node.log.id,
    durable: node.isDurable,
    window: node.limits.windowBytes,
    unpacks: lz4,
  };
}

/** `url`: the address dialed, as people see it. */
export function helloOf(node: NodeParts, url: string): Payload<'hello'> {
  const { ledger, store, identity } = node;
  const peer = ledger.notes.get(`${uplinkOriginNote}${url}`);
  const known = peer === undefined ? undefined : store.origins.find(peer);
  const without = known === undefined ? [identity.origin] : [identity.origin, known];
  return { ...greetingOf(node), hash: sharedHash(ledger.vector, store.origins, without), peer };
}

/** What this node knows of the peer: to be said before it notes the peer's tag. */
function knowledgeOf(node: NodeParts, peer: Greeting): Knowledge {
  const { ledger, store, identity } = node;
  const entry = ledger.vector.get(store.origins.intern(peer.origin)) ?? null;
  const noted = notedCursor(ledger, peer.node_id);
  const cursor = noted !== undefined && noted.journal === peer.journal ? noted : null;
  const seen = identity.seenOf(peer.origin);
  const starts = identity.startsOf(peer.origin);
  const [tags, ends] = [starts.map((s) => s.tag), starts.map((s) => s.stamp)];
  return { entry, seen, tags, ends, cursor, relies: node.relies() };
}

/** The starts of this node that a peer knows, oldest first, and how far each went; 0: it does not know. */
export function knownStarts({ tags, ends }: Pick<Knowledge, 'tags' | 'ends'>): Entry[] {
  return tags.map((tag, i) => ({ tag, stamp: ends[i] ?? 0 }));
}

export function welcomeTo(node: NodeParts, hello: Payload<'hello'>): Payload<'welcome'> {
  const { ledger, store, identity } = node;
  const without = [identity.origin, store.origins.intern(hello.origin)];
  const isKnown = hello.peer === identity.originName;
  const isSame = isKnown && hello.hash === sharedHash(ledger.vector, store.origins, without);
  return {
    ...greetingOf(node),
    ...knowledgeOf(node, hello),
    vector: isSame ? null : rowsOf(ledger.vector, store.origins, without),
    horizon: store.horizon.size === 0 ? null : rowsOf(store.horizon, store.origins, []),
  };
}

export function readyTo(node: NodeParts, welcome: Payload<'welcome'>): Payload<'ready'> {
  const { ledger, store, identity } = node;
  const without = [identity.origin, store.origins.intern(welcome.origin)];
  const vector = welcome.vector === null ? null : rowsOf(ledger.vector, store.origins, without);
  return { ...knowledgeOf(node, welcome), vector, lacks: ledger.notes.get(lacksNote)?.split(' ')[0] };
}

/** Remembers who was met, and at which address it was dialed; to be called once the greeting is answered. */
export function noteMet(node: NodeParts, peer: Greeting, url: string | undefined): void {
  commitNotes(node.log, () => {
    node.identity.noteTag(peer.origin, peer.tag);
    if (url !== undefined) node.ledger.setNote(`${uplinkOriginNote}${url}`, peer.origin);
  });
}

/**
 * The peer as it is at the start of a live link. `vector`: its rows, or null where it has the same as this node had
 * at `sameAs`.
 */
export function peerOf(
  node: NodeParts,
  greeting: Greeting,
  knowledge: Knowledge,
  vector: readonly VectorRow[] | null,
  sameAs: VersionVector,
): Peer {
  const { store, log, identity } = node;
  const origin = store.origins.intern(greeting.origin);
  const has = vector === null ? sameAs.clone() : vectorOf(vector, store.origins);
  has.retract(identity.origin, undefined);
  if (knowledge.entry !== null) {
    has.advance(identity.origin, knowledge.entry.stamp, knowledge.entry.tag);
  }
  const facts: PeerFacts = {
    nodeId: greeting.node_id,
    origin,
    journal: greeting.journal,
    tag: greeting.tag,
    windowBytes: Math.min(greeting.window, windowBytesMax),
    software: greeting.software,
    isDurable: greeting.durable,
    relies: knowledge.relies,
    unpacks: greeting.unpacks?.split(' ').includes(lz4) === true,
  };
  return new Peer(facts, has, log.seq + log.writer.count);
}

function refused(code: CloseCode, error: string): Verdict {
  return { kind: 'refused', code, error };
}

function judgeGreeting(node: NodeParts, peer: Greeting): Verdict | undefined {
  if (peer.version !== protocolVersion) {
    const error = `the peer speaks protocol version ${peer.version}, this node ${protocolVersion}`;
    return refused(CloseCode.version, error);
  }
  if (!isNodeId(peer.node_id) || nodeIdOf(peer.origin) !== peer.node_id) {
    return refused(CloseCode.protocol, 'node id and origin of the peer do not fit together');
  }
  if (peer.node_id === node.identity.nodeId) {
    return refused(CloseCode.protocol, `the peer has this node's own id, ${peer.node_id}`);
  }
  if (peer.mode !== 'bidirectional') return refused(CloseCode.protocol, `unknown mode ${peer.mode}`);
  return undefined;
}

/** Malformed origin names are the peer's mistake, and too many nobody's: not a crash. */
function guarded(judge: () => Verdict): Verdict {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof FerriteError)) throw error;
    return refused(closeCodeOf(error), error.message);
  }
}

/**
 * `expected`: the node id that authenticated; undefined where none was named. `originsFor`: as far as that peer may add
 * to them.
 */
export function judgeHello(
  node: NodeParts,
  hello: Payload<'hello'>,
  expected: string | undefined,
  originsFor: (nodeId: string) => OriginNames,
): Verdict {
  return guarded(() => {
    const refusal = judgeGreeting(node, hello);
    if (refusal !== undefined) return refusal;
    if (expected !== undefined && expected !== hello.node_id) {
      return refused(CloseCode.unauthorized, `${hello.node_id} is not who authenticated`);
    }
    originsFor(hello.node_id).intern(hello.origin);
    return { kind: 'ok' };
  });
}

export function judgeWelcome(node: NodeParts, welcome: Payload<'welcome'>): Verdict {
  return guarded(() => {
    const refusal = judgeGreeting(node, welcome);
    if (refusal !== undefined) return refusal;
    const { store, ledger, identity } = node;
    if (!identity.isOwn(welcome.entry, welcome.seen, welcome.tags)) return { kind: 'forked' };
    if (welcome.vector !== null) vectorOf(welcome.vector, store.origins);
    store.origins.intern(welcome.origin);
    const horizon = vectorOf(welcome.horizon ?? [], store.origins);
    horizon.retract(identity.origin, undefined);
    const others = ledger.vector.clone();
    others.retract(identity.origin, undefined);
    const isNew = others.size === 0;
    advanceByNote(others, node, copiedNote);
    if (!isNew && !others.dominates(horizon) && !hasStartedOver(node, welcome)) {
      return { kind: 'start_over' };
    }
    return { kind: 'ok' };
  });
}

/** Whether this node has started over for this horizon already, and only waits for the full copy. */
function hasStartedOver(node: NodeParts, welcome: Payload<'welcome'>): boolean {
  const hash = node.ledger.notes.get(lacksNote)?.split(' ')[1];
  return hash === String(vectorOf(welcome.horizon ?? [], node.store.origins).hash(node.store.origins));
}

/** `origins`: as far as the peer may add to them. */
export function judgeReady(node: NodeParts, ready: Payload<'ready'>, origins: OriginNames): Verdict {
  return guarded(() => {
    if (!node.identity.isOwn(ready.entry, ready.seen, ready.tags)) return { kind: 'forked' };
    if (ready.vector !== null) vectorOf(ready.vector, origins);
    return { kind: 'ok' };
  });
}

/** Brings the horizon back after a restart. */
export function recallHorizon(store: SyncStore, ledger: SyncLedger): void {
  advanceByNote(store.horizon, { store, ledger }, horizonNote);
}

function advanceByNote(
  vector: VersionVector,
  { store, ledger }: Pick<NodeParts, 'store' | 'ledger'>,
  name: string,
): void {
  const rows: unknown = JSON.parse(ledger.notes.get(name) ?? '[]');
  for (const row of Array.isArray(rows) ? rows : []) {
    vector.advance(store.origins.intern(String(row[0])), Number(row[1]), 0);
  }
}

/** Keeps what is pending for the hub, forgets the rest, to take a full copy. `sameAs`: as for `peerOf`. */
export function startOver(node: NodeParts, welcome: Payload<'welcome'>, sameAs: VersionVector): void {
  const { store, ledger, log, identity } = node;
  const hub = peerOf(node, welcome, welcome, welcome.vector, sameAs);
  log.setSource('');
  log.commit(() => {});
  const before = identity.originName;
  ledger.advance(identity.origin, store.clock.last(), identity.tag);
  store.forgetCovered(hub.vector);
  ledger.startOver(hub.vector, (origin) => store.origins.name(origin));
  ledger.setNote(`cursor:${welcome.node_id}`, undefined);
  const horizon = vectorOf(welcome.horizon ?? [], store.origins);
  ledger.setNote(lacksNote, `${before} ${horizon.hash(store.origins)} ${welcome.node_id}`);
  ledger.setNote(copiedNote, JSON.stringify(rowsOf(horizon, store.origins, [])));
  // What was let go of there is not remembered here either: who links to this node is behind the same horizon.
  for (const [origin, { stamp }] of horizon.entries()) store.horizon.advance(origin, stamp, 0);
  ledger.setNote(horizonNote, JSON.stringify(rowsOf(store.horizon, store.origins, [])));
  identity.renew();
  log.commit(() => {});
}
