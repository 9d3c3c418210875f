/*
 * Errors that a retry cannot mend. Workflows recognise them by the names of their classes (workflows/lib/activities.ts), so that
 * books/ does not depend on Temporal.
 */

/** A business key was used again with another input, or a life cycle does not allow a change of state. The caller has a bug. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}

/** The database has no row that matches the input. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}
