import { read } from '../../api/lib/route';
import { orderLifecycle } from '../../domain/order/lifecycle';
import { statesOf } from '../../domain/lifecycle';
import type { CloseView } from '../../views/close';
import { listOf, listView, wholeListView } from '../../views/lib/list';
import { stateOf } from '../../views/lib/states';
import { z } from '../../views/lib/zod';
import { orderShape } from '../../views/order';

/*
 * A builder of views/ declares the type of its shape as its return type, and a route takes its body from `answers`. The
 * compiler refuses each `@ts-expect-error` below: without the error the line itself would not compile.
 */

const rest = {
  object: 'close' as const,
  period: '2026-10',
  close_on: '2026-10-31',
  issue_on: '2026-11-02',
  cutoff_at: null,
  approved_at: null,
} as const;

export function complete(): CloseView {
  return { ...rest, status: 'review', approved_by: null };
}
export function withoutOneMember(): CloseView {
  // @ts-expect-error -- `approved_by` is missing
  return { ...rest, status: 'review' };
}
export function withOneMemberMore(): CloseView {
  // @ts-expect-error -- `approved_for` is not in the shape
  return { ...rest, status: 'review', approved_by: null, approved_for: null };
}
export function withAnotherType(): CloseView {
  // @ts-expect-error -- `approved_by` is a text
  return { ...rest, status: 'review', approved_by: 7 };
}
export function withUnknownState(): CloseView {
  // @ts-expect-error -- the table of the life cycle has no such state
  return { ...rest, status: 'reviewed', approved_by: null };
}

const described = { operation: 'closes.get', path: '/', summary: '', query: z.strictObject({}) } as const;
const answers = { 200: z.object({ name: z.string() }) };

const listed = { 200: listOf(answers[200]) };
const nameless = wholeListView([{ title: '' }], (row) => row);

export const routes = [
  read({ ...described, answers, handle: async () => ({ status: 200, body: { name: '' } }) }),
  // @ts-expect-error -- the body has no name
  read({ ...described, answers, handle: async () => ({ status: 200, body: {} }) }),
  // @ts-expect-error -- the name is a text
  read({ ...described, answers, handle: async () => ({ status: 200, body: { name: 7 } }) }),
  // @ts-expect-error -- the route declares no answer with 202
  read({ ...described, answers, handle: async () => ({ status: 202, body: { name: '' } }) }),
  // @ts-expect-error -- the route declares no file
  read({ ...described, answers, handle: async () => ({ contentType: '', bytes: new Uint8Array(), name: '' }) }),
  // @ts-expect-error -- the rows of the list have no name
  read({ ...described, answers: listed, handle: async () => ({ status: 200, body: nameless }) }),
];

test('the states of a shape are those of the life cycle, in the same order', () => {
  expect(stateOf(orderLifecycle).options).toEqual(statesOf(orderLifecycle));
  expect(orderShape.shape.status.options).toEqual(statesOf(orderLifecycle));
});

test('a page has the rows up to its limit and a cursor only if there are more', () => {
  const page = (rows: string[]) =>
    listView(
      rows,
      { limit: 2 },
      (row) => `after ${row}`,
      (row) => row.toUpperCase(),
    );
  expect(page(['a', 'b', 'c'])).toEqual({ object: 'list', data: ['A', 'B'], has_more: true, next: 'after b' });
  expect(page(['a', 'b'])).toEqual({ object: 'list', data: ['A', 'B'], has_more: false, next: null });
  expect(page([])).toEqual({ object: 'list', data: [], has_more: false, next: null });
});

test('a list in a shape refuses a row of another shape', () => {
  const names = listOf(answers[200]);
  expect(names.safeParse(wholeListView(['a'], (name) => ({ name }))).success).toBe(true);
  expect(names.safeParse(wholeListView(['a'], (title) => ({ title }))).success).toBe(false);
});
