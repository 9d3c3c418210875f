import fc from 'fast-check';

/** test:long asks for more than fast-check's own hundred. */
const runs = Number(process.env['PROPERTY_RUNS']);
if (runs > 0) fc.configureGlobal({ numRuns: runs });
