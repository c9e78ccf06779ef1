// What flushes, and removals of large collections, leave: tables with their entries, and the orders of sorted sets,
// that nobody has any more. Their memory comes back in slices, and sooner where an allocation finds no room. As that
// happens within allocations it opens no key: what is open stays.
import { EntryType } from './entry.ts';
import type { Keyspace } from './keyspace.ts';
import type { OrderIndex } from './order-index.ts';
import type { Store } from './store.ts';
import type { Table } from './table.ts';

export class RetiredTables {
  private readonly store: Store;
  /** The one that is being freed first. */
  private readonly tables: Table[] = [];
  private readonly graves = new Set<Table>();
  private readonly orders: OrderIndex[] = [];

  constructor(store: Store) {
    this.store = store;
  }

  get isAny(): boolean {
    return this.tables.length + this.orders.length > 0;
  }

  get hasTables(): boolean {
    return this.tables.length > 0;
  }

  /** Entries that wait to be freed. */
  get entryCount(): number {
    return this.tables.reduce((sum, table) => sum + table.size, 0);
  }

  /** Takes over the tables of a keyspace or nest, which gets others. */
  add({ table, grave, order }: Keyspace): void {
    this.addTable(table);
    if (grave.directoryBytes > 0) {
      this.tables.push(grave);
      this.graves.add(grave);
    }
    if (order !== undefined && order.size > 0) this.orders.push(order);
  }

  addTable(table: Table): void {
    if (table.directoryBytes > 0) this.tables.push(table);
  }

  /** Frees about so many segments, or nodes of orders; returns whether there is more. */
  freeSlice(segments: number): boolean {
    const { tables, graves, orders, store } = this;
    const order = orders[0];
    if (order !== undefined) {
      if (!order.freeSlice(segments)) orders.shift();
      return this.isAny;
    }
    const table = tables[0];
    if (table === undefined) return false;
    const isGrave = graves.has(table);
    const more = table.drain(segments, (entry) => {
      if (isGrave) store.ground.tombBytes -= store.arena.capacity(entry);
      this.releaseNested(entry);
    });
    if (more) return true;
    tables.shift();
    graves.delete(table);
    return this.hasTables;
  }

  /** Frees what an entry has outside its block. */
  private releaseNested(entry: number): void {
    const { entries, lists, streams, elements } = this.store;
    const type = entries.type(entry);
    if (type === EntryType.list) lists.opened.freeNest(entry);
    else if (type === EntryType.stream) streams.opened.freeNest(entry);
    else if (type !== EntryType.string && type < EntryType.mark) elements.freeNest(entry);
  }
}
