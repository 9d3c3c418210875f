/*
 * Failures that a retry cannot mend. Workflows know them by the names of their classes (workflows/lib/activities.ts), so that
 * books need no Temporal.
 */

/** A business key was used with another input, or a transition is not in its life cycle: a bug, or a forged retry. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}

/** The books hold nothing that fits the input. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}
