// An address fit for logs, metrics and status: what may be secret in it is left out. Two that look alike are one.

/** The address without user, password and query; one of each node that can be dialed. */
export function bareUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
