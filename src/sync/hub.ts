// The accepting side: a registry of peers by node id, each with its link. A newer connection of the same node replaces
// the older, and the older's end never removes the newer. Who may connect was decided before (ws-hub.ts).
import { CloseCode } from './close-codes.ts';
import { Link, type LinkFigures, type LinkParts, newFigures } from './link.ts';
import type { Verdict } from './link-machine.ts';
import type { Connection, ConnectionSink } from './transport.ts';

export interface PeerRow {
  readonly nodeId: string;
  readonly state: string;
  readonly sinceMs: number;
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
  readonly link: Omit<LinkParts, 'admit' | 'expectedNodeId' | 'dial' | 'url' | 'figures' | 'onState'>;
  readonly onState: (link: Link) => void;
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
      onState: (l) => this.changed(accepted, l),
    });
    const accepted: Accepted = { link, address, figures };
    this.links.add(accepted);
    return link.attach(connection);
  }

  private admit(accepted: Accepted, nodeId: string): Verdict {
    const { connectionsMax, busyRetryMs, closedFor } = this.parts;
    const older = this.byNode.get(nodeId);
    const isFull = this.isStopping || (older === undefined && this.byNode.size >= connectionsMax);
    const error = isFull ? 'too many connections' : closedFor();
    if (error !== undefined) {
      return { kind: 'refused', code: CloseCode.busy, error, retryAfterMs: busyRetryMs };
    }
    this.byNode.set(nodeId, accepted);
    older?.link.replaced();
    return { kind: 'ok' };
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
      sinceMs: link.state.sinceMs,
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
