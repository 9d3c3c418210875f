import { type Instant, type JstDate, dateOf } from '../../../domain/calendar';
import { throwRefusal } from '../problems';

/**
 * A day on which something is told to have happened: at the latest today by the store's clock, and not before what it follows.
 * @param follows the day of the step before
 * @throws Refused invalid_date with pointer /on
 */
export function refuseImplausible(on: JstDate, follows: JstDate, at: Instant): void {
  const latest = dateOf(at);
  if (on < follows || on > latest)
    throwRefusal('invalid_date', { field: '/on', params: { earliest: follows, latest } });
}
