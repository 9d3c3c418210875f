import { throwRefusal } from '../problems';

export interface Page {
  object: 'list';
  data: unknown[];
  has_more: boolean;
  next: string | null;
}

export interface Paging {
  limit: number;
  after?: string | undefined;
}

/** One page of `rows`, fetched with `take: limit + 1` so that the one too many tells whether there is more. */
export function pageOf<Row>(
  rows: Row[],
  { limit }: Paging,
  cursorOf: (row: Row) => string,
  show: (row: Row) => unknown,
): Page {
  const shown = rows.slice(0, limit);
  const has_more = rows.length > limit;
  const last = shown.at(-1);
  return { object: 'list', data: shown.map(show), has_more, next: has_more && last ? cursorOf(last) : null };
}

/** The where of newest-first by id, after a cursor: ids sort by when they were made. */
export function olderThan(after: string | undefined): { id?: { lt: string } } {
  return after === undefined ? {} : { id: { lt: after } };
}

/** A cursor of a sort value and the id that breaks its ties. */
export function pairCursor(value: string, id: string): string {
  return Buffer.from(`${value} ${id}`).toString('base64url');
}

/** @throws Refused invalid_request for a cursor this API did not make */
export function readPairCursor<V extends string>(
  cursor: string,
  parse: (value: string) => V | null,
): { value: V; id: string } {
  const [value = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const parsed = parse(value);
  return parsed !== null && id ? { value: parsed, id } : throwRefusal('invalid_request', { field: '/after' });
}
