// The accepting side: a registry of peers by node id, each with its link. A newer connection of the same node replaces
// the older, and the older's end never removes the newer. Who may connect was decided before (ws-hub.ts).
import { originsMax } from '../delta/origins.ts';
import { CloseCode } from './close-codes.ts';
import { Link, type LinkFigures, type LinkParts, newFigures } from './link.ts';
import type { Verdict } from './link-machine.ts';
import { OriginAllowance } from './origin-allowance.ts';
import type { Connection, ConnectionSink } from './transport.ts';

export interface PeerRow {
  readonly nodeId: string;
  readonly state: string;
  readonly address: string;
  readonly software: string;
  /** Records of this node's log that it does not have durably. */
  readonly lag: number;
  readonly figures: LinkFigures;
}

export interface HubParts {
  readonly connectionsMax: number;
  readonly busyRetryMs: number;
  /** Why nobody is let in for now; undefined where edges are welcome. */
  readonly closedFor: () => string | undefined;
  /** What every link has; figures are the link's own and are added up in `figures`. */
  readonly link: Omit<
    LinkParts,
    'admit' | 'expectedNodeId' | 'originsFor' | 'dial' | 'url' | 'figures' | 'onState'
  >;
  readonly onState: (link: Link) => void;
}

/** Connections at the same time that have not said who they are, or are ending. */
export const unsettledMax = 256;

/** Why nobody more is let in for now. */
export interface Busy {
  readonly error: string;
  readonly retryAfterMs: number;
}

interface Accepted {
  readonly link: Link;
  readonly address: string;
  readonly figures: LinkFigures;
}

export class Hub {
  /** Of links that have ended. */
  readonly figures = newFigures();
  private readonly parts: HubParts;
  private readonly links = new Set<Accepted>();
  private readonly byNode = new Map<string, Accepted>();
  private readonly allowances = new Map<string, OriginAllowance>();
  private isStopping = false;

  constructor(parts: HubParts) {
    this.parts = parts;
  }

  get connections(): number {
    return this.byNode.size;
  }

  /** Takes a connection over. `nodeId`: who authenticated, if one was named. */
  accept(connection: Connection, nodeId: string | undefined, address: string): ConnectionSink {
    const figures = newFigures();
    const link: Link = new Link('listener', {
      ...this.parts.link,
      figures,
      ...(nodeId === undefined ? {} : { expectedNodeId: nodeId }),
      admit: (id) => this.admit(accepted, id),
      originsFor: (id) => this.originsFor(id),
      onState: (l) => this.changed(accepted, l),
    });
    const accepted: Accepted = { link, address, figures };
    this.links.add(accepted);
    return link.attach(connection);
  }

  /** Why this node, or one that did not name itself, is not to be connected now; undefined where it is. */
  busyFor(nodeId: string | undefined): Busy | undefined {
    const { busyRetryMs, link } = this.parts;
    if (this.isFullFor(nodeId)) return { error: 'too many connections', retryAfterMs: busyRetryMs };
    if (this.links.size - this.byNode.size < unsettledMax) return undefined;
    // Of a whole fleet that comes back at once, not all are to try again at once.
    const retryAfterMs = busyRetryMs * (0.1 + link.node.timers.random());
    return { error: 'too many connections begin', retryAfterMs };
  }

  /** A newer connection of the same node takes the place of the older. */
  private isFullFor(nodeId: string | undefined): boolean {
    const isKnown = nodeId !== undefined && this.byNode.has(nodeId);
    return this.isStopping || (!isKnown && this.byNode.size >= this.parts.connectionsMax);
  }

  private admit(accepted: Accepted, nodeId: string): Verdict {
    const { busyRetryMs, closedFor } = this.parts;
    const older = this.byNode.get(nodeId);
    const error = this.isFullFor(nodeId) ? 'too many connections' : closedFor();
    if (error !== undefined) {
      return { kind: 'refused', code: CloseCode.busy, error, retryAfterMs: busyRetryMs };
    }
    this.byNode.set(nodeId, accepted);
    older?.link.replaced();
    return { kind: 'ok' };
  }

  private originsFor(nodeId: string): OriginAllowance {
    const known = this.allowances.get(nodeId);
    if (known !== undefined) return known;
    const { origins } = this.parts.link.node.store;
    const allowance = new OriginAllowance(origins);
    // Once there is no room for an origin, whoever says to be yet another brings none.
    if (origins.count < originsMax) this.allowances.set(nodeId, allowance);
    return allowance;
  }

  private changed(accepted: Accepted, link: Link): void {
    const { phase } = link.state;
    if (phase === 'closing' || phase === 'closed') {
      if (this.byNode.get(link.peerId) === accepted) this.byNode.delete(link.peerId);
    }
    this.parts.onState(link);
    if (phase !== 'closed' || !this.links.delete(accepted)) return;
    for (const name of Object.keys(this.figures) as (keyof LinkFigures)[]) {
      this.figures[name] += accepted.figures[name];
    }
  }

  /** The live link with a node. */
  liveWith(nodeId: string): Link | undefined {
    const link = this.byNode.get(nodeId)?.link;
    return link?.isLive === true ? link : undefined;
  }

  /** Live links. */
  live(): Link[] {
    return [...this.byNode.values()].map((a) => a.link).filter((l) => l.isLive);
  }

  /** Figures of all links there have been. */
  totals(): LinkFigures {
    const sum = { ...this.figures };
    for (const { figures } of this.links) {
      for (const name of Object.keys(sum) as (keyof LinkFigures)[]) sum[name] += figures[name];
    }
    return sum;
  }

  rows(logSeq: number): PeerRow[] {
    return [...this.byNode].map(([nodeId, { link, address, figures }]) => ({
      nodeId,
      state: link.state.phase,
      address,
      software: link.peer?.facts.software ?? '',
      lag: logSeq - (link.sender?.durable?.seq ?? 0),
      figures,
    }));
  }

  /** Ends every connection, to begin anew: this node forked. */
  restartAll(error: string): void {
    for (const { link } of [...this.links]) link.restart(CloseCode.anew, error);
  }

  /** Says goodbye to all. */
  stop(): void {
    this.isStopping = true;
    for (const { link } of [...this.links]) link.stop();
  }

  /** Drops all without a word. */
  abandon(): void {
    this.isStopping = true;
    for (const { link } of [...this.links]) link.abandon();
  }
}
