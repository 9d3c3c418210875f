import { type Instant, type JstDate, dateOf } from '../../../domain/calendar';
import { throwRefusal } from '../problems';

/**
 * Refuses the reported day of a step if it is later than today by the store's clock, or earlier than the step before.
 * @param follows the day of the step before
 * @throws Refused invalid_date with pointer /on
 */
export function refuseImplausible(on: JstDate, follows: JstDate, at: Instant): void {
  const latest = dateOf(at);
  if (on < follows || on > latest)
    throwRefusal('invalid_date', { field: '/on', params: { earliest: follows, latest } });
}
