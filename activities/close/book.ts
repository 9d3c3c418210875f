import type { CloseBook } from '../../workflows/contracts/activities';
import { draftSteps } from './draft';
import { issueSteps } from './issue';
import type { Deps } from '../lib/deps';

/** The activities of a monthly close that use the database alone. The calls to NP (the credit provider) are in np/billing.ts. */
export function closeBook(deps: Deps): CloseBook {
  return { ...draftSteps(deps), ...issueSteps(deps) };
}
