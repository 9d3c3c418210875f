import { msOf } from '../../../domain/calendar';
import type * as timing from '../../../workflows/lib/timing';

/*
 * In place of workflows/lib/timing.ts: every workflow that may continue as new does so after each step. A run rests once before it
 * ends: otherwise it would never act.
 */

export const shouldContinueAsNew: typeof timing.shouldContinueAsNew = (hasRested) => hasRested;

/** As in the engine. */
export const timerMs: typeof timing.timerMs = (_waitingFor, until) => Math.max(1, msOf(until) - Date.now());
