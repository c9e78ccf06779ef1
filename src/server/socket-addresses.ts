// Where a client's connection goes from and to, asked of its socket when somebody wants to know, which is seldom: two
// system calls and an object each. What was asked for once is kept. It knows no sessions.
import type { Socket } from 'node:net';

/** The address of a socket that has closed before anybody asked, as Redis has it. */
const unknownAddress = '?:0';

export class SocketAddresses {
  /** The socket, once there is one. */
  socket: Socket | undefined = undefined;
  private readonly unixPath: string | undefined;
  private knownRemote: string | undefined = undefined;
  private knownLocal: string | undefined = undefined;

  /** `unixPath`: that of the Unix socket that accepted the client. */
  constructor(unixPath: string | undefined) {
    this.unixPath = unixPath;
  }

  /** The client's. */
  get remote(): string {
    this.knownRemote ??= this.text(this.socket?.remoteAddress, this.socket?.remotePort);
    return this.knownRemote;
  }

  /** This end's. */
  get local(): string {
    this.knownLocal ??= this.text(this.socket?.localAddress, this.socket?.localPort);
    return this.knownLocal;
  }

  private text(host: string | undefined, port: number | undefined): string {
    if (this.unixPath !== undefined) return `${this.unixPath}:0`;
    return host === undefined ? unknownAddress : `${shownHost(host)}:${port}`;
  }
}

/**
 * An address of IPv6 in brackets, as Redis has it, and one of IPv4 as such even where a socket of IPv6 has accepted it.
 */
function shownHost(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host);
  if (mapped !== null) return mapped[1] ?? host;
  return host.includes(':') ? `[${host}]` : host;
}
