import type { CloseBook } from '../../workflows/contracts/activities';
import { draftSteps } from './draft';
import { issueSteps } from './issue';
import type { Deps } from '../lib/deps';

/** The books' side of a monthly close; NP's side is in np/billing.ts. */
export function closeBook(deps: Deps): CloseBook {
  return { ...draftSteps(deps), ...issueSteps(deps) };
}
