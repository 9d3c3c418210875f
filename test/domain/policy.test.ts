import fc from 'fast-check';
import { instant, jstDate } from '../../domain/calendar';
import { cardRetryAt, mailTime } from '../../domain/policy';
import { instants } from './arbitraries';

describe('mail', () => {
  it.each([
    ['2026-10-06T00:05:00+09:00', '2026-10-06T09:00:00.000+09:00'],
    ['2026-10-06T09:00:00+09:00', '2026-10-06T09:00:00.000+09:00'],
    ['2026-10-06T17:59:59.999+09:00', '2026-10-06T17:59:59.999+09:00'],
    ['2026-10-06T18:00:00+09:00', '2026-10-07T09:00:00.000+09:00'],
    ['2026-12-31T23:00:00+09:00', '2027-01-01T09:00:00.000+09:00'],
  ])('requested at %s goes out at %s', (at, out) => expect(mailTime(instant(at))).toBe(out));

  it('is never early, never later than the next morning, and a time in the window does not move', () => {
    fc.assert(
      fc.property(instants, (at) => {
        const out = mailTime(at);
        expect(out >= at).toBe(true);
        expect(out.slice(11, 16) >= '09:00' && out.slice(11, 16) < '18:00').toBe(true);
        expect(mailTime(out)).toBe(out);
      }),
    );
  });
});

it('a renewal declined on 2027-01-01 is retried in the afternoon of 01-04, 01-08 and 01-15, then no more', () => {
  expect([1, 2, 3, 4].map((nth) => cardRetryAt(jstDate('2027-01-01'), nth))).toEqual([
    '2027-01-04T15:00:00.000+09:00',
    '2027-01-08T15:00:00.000+09:00',
    '2027-01-15T15:00:00.000+09:00',
    null,
  ]);
});
