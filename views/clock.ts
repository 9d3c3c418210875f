import type { Instant } from '../domain/calendar';
import { clockKinds, clockStates } from '../domain/vocabulary';
import type { Clock, Store } from '../generated/prisma/client';
import { instantOut } from '../prisma/db';
import { z } from './lib/zod';

export const clockShape = z.object({
  object: z.literal('clock'),
  kind: z.enum(clockKinds),
  status: z.enum(clockStates),
  now: z.string(),
  target: z.string().nullable(),
  failure: z.string().nullable().openapi({ description: 'The step that is stuck' }),
});
export type ClockView = z.infer<typeof clockShape>;

/** @param clock the row of a simulated clock; null for a store on real time, whose clock is always ready */
export function clockView(store: Store, clock: Clock | null, now: Instant): ClockView {
  return {
    object: 'clock',
    kind: store.clock,
    status: clock?.status ?? 'ready',
    now,
    target: clock?.targetAt ? instantOut(clock.targetAt) : null,
    failure: clock?.failure ?? null,
  };
}
