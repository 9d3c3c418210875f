import { z } from './zod';

/** The schema of one page of a list. */
export function listOf<Shape extends z.ZodType>(item: Shape) {
  return z.object({
    object: z.literal('list'),
    data: z.array(item),
    has_more: z.boolean(),
    next: z.string().nullable().openapi({ description: 'Cursor for `after`; null on the last page' }),
  });
}

export type ListView<View> = z.infer<ReturnType<typeof listOf<z.ZodType<View>>>>;

/** One page of a list. The caller reads `limit + 1` rows: the extra row shows that there is a next page. */
export function listView<Row, View>(
  rows: readonly Row[],
  { limit }: { limit: number },
  cursorOf: (row: Row) => string,
  viewOf: (row: Row) => View,
): ListView<View> {
  const page = rows.slice(0, limit);
  const has_more = rows.length > limit;
  const last = page.at(-1);
  return { object: 'list', data: page.map(viewOf), has_more, next: has_more && last ? cursorOf(last) : null };
}

/** A list that always fits on one page. */
export function wholeListView<Row, View>(rows: readonly Row[], viewOf: (row: Row) => View): ListView<View> {
  return { object: 'list', data: rows.map(viewOf), has_more: false, next: null };
}
