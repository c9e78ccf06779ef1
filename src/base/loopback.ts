// Which addresses are of this machine alone. It knows no names: who takes a name for an address says so.

/** Whether an address, as the system writes it, is of the loopback, also one of IPv4 in the form of IPv6. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
