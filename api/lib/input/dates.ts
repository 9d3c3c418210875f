import { type Instant, type JstDate, dateOf } from '../../../domain/calendar';
import { throwRefusal } from '../problems';

/**
 * Refuses the day on which a step is said to have happened (e.g. a form came back), if this day is later than today by the
 * store's clock or earlier than the step before.
 * @param follows the day of the step before
 * @throws Refused invalid_date with pointer /on
 */
export function refuseImplausible(on: JstDate, follows: JstDate, at: Instant): void {
  const latest = dateOf(at);
  if (on < follows || on > latest)
    throwRefusal('invalid_date', { field: '/on', params: { earliest: follows, latest } });
}
