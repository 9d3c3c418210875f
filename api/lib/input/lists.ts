import { type Period, parseInstant, parseJstDate, parsePeriod } from '../../../domain/calendar';
import { dateIn, dateOut, instantIn, instantOut } from '../../../prisma/db';
import { type ListView, listView } from '../../../views/lib/list';
import { throwRefusal } from '../problems';

export interface Paging {
  limit: number;
  after?: string | undefined;
}

/**
 * The Prisma condition for the rows after a cursor, in a list by id, newest first. Ids sort by the time at which they were made.
 */
export function olderThan(after: string | undefined): { id?: { lt: string } } {
  return after === undefined ? {} : { id: { lt: after } };
}

/** Writes a value of the sorted column into a cursor, and reads it back. */
interface CursorText<Stored> {
  write(stored: Stored): string;
  /** Returns null for a text that `write` cannot have made. */
  read(text: string): Stored | null;
}

export const asDate: CursorText<Date> = {
  write: dateOut,
  read: (text) => {
    const date = parseJstDate(text);
    return date && dateIn(date);
  },
};
export const asInstant: CursorText<Date> = {
  write: instantOut,
  read: (text) => {
    const at = parseInstant(text);
    return at && instantIn(at);
  },
};
export const asPeriod: CursorText<Period> = { write: (period) => period, read: parsePeriod };

type Compared<Column extends string, Stored> = Record<Column, { lt: Stored } | { gt: Stored }>;
type Direction = 'asc' | 'desc';

/**
 * The paging of a list that is sorted by a column, and by an id where rows share the column's value. A cursor contains both
 * values of the page's last row.
 */
export function sortedBy<Column extends string, Id extends string, Stored>(
  column: Column,
  id: Id,
  direction: Direction,
  cursorText: CursorText<Stored>,
) {
  const beyond = <C extends string, V>(name: C, value: V) =>
    ({ [name]: direction === 'desc' ? { lt: value } : { gt: value } }) as Compared<C, V>;
  return {
    /**
     * The Prisma condition for the rows after the cursor.
     * @throws Refused invalid_request for a cursor that this API did not make
     */
    after(cursor: string | undefined): {
      OR?: [Compared<Column, Stored>, Record<Column, Stored> & Compared<Id, string>];
    } {
      if (cursor === undefined) return {};
      const [text = '', lastId] = Buffer.from(cursor, 'base64url').toString().split(' ');
      const last = cursorText.read(text);
      if (last === null || !lastId) return throwRefusal('invalid_request', { field: '/after' });
      const same = { [column]: last } as Record<Column, Stored>;
      return { OR: [beyond(column, last), { ...same, ...beyond(id, lastId) }] };
    },
    /** The order of the rows, and how many to read: one more than the page shows, to see whether another page follows. */
    page({ limit }: Paging): { orderBy: [Record<Column, Direction>, Record<Id, Direction>]; take: number } {
      const ordered = <C extends string>(name: C) => ({ [name]: direction }) as Record<C, Direction>;
      return { orderBy: [ordered(column), ordered(id)], take: limit + 1 };
    },
    list<Row extends Record<Column, Stored> & Record<Id, string>, View>(
      rows: readonly Row[],
      paging: Paging,
      viewOf: (row: Row) => View,
    ): ListView<View> {
      const cursorOf = (row: Row) => Buffer.from(`${cursorText.write(row[column])} ${row[id]}`).toString('base64url');
      return listView(rows, paging, cursorOf, viewOf);
    },
  };
}
