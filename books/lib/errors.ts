/*
 * Failures that a retry cannot mend. Workflows recognise them by the names of their classes (workflows/lib/activities.ts), so
 * that books/ does not depend on Temporal.
 */

/** A business key was used with another input, or a transition is not in its life cycle: a bug, or a forged retry. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}

/** The books have no row that matches the input. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}
