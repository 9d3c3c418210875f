import { createProgress, SetupError } from '../../../dev/services/progress';
import { PROGRAMS, type Stack, startStack } from '../../../dev/services/stack';

/** The JSON in `process.env.SHIMEBI_TEST_ENV`, which engine tests read. */
export type TestEnvironment = Pick<
  Stack,
  | 'apiUrl'
  | 'npUrl'
  | 'sbpsUrl'
  | 'resendUrl'
  | 'temporalAddress'
  | 'temporalNamespace'
  | 'databaseUrl'
  | 'adminApiKey'
  | 'logDir'
>;

declare global {
  var shimebiTestStack: Stack | undefined;
}

/** Runs once per run in Jest's own process. The test processes inherit the variable. */
export default async function globalSetup(): Promise<void> {
  try {
    // test:long runs the same tests on stricter workers; the default is the engine's own worker.
    const worker = process.env.SHIMEBI_TEST_WORKER ?? PROGRAMS.worker;
    const stack = await startStack({
      mode: 'test',
      log: createProgress(process.stderr),
      programs: { ...PROGRAMS, worker },
    });
    globalThis.shimebiTestStack = stack;
    const { apiUrl, npUrl, sbpsUrl, resendUrl, temporalAddress, temporalNamespace, databaseUrl, adminApiKey, logDir } =
      stack;
    const environment: TestEnvironment = {
      apiUrl,
      npUrl,
      sbpsUrl,
      resendUrl,
      temporalAddress,
      temporalNamespace,
      databaseUrl,
      adminApiKey,
      logDir,
    };
    process.env.SHIMEBI_TEST_ENV = JSON.stringify(environment);
    // If a part of the stack dies, every later test fails with a misleading error. This reports the real cause once.
    void stack.failed.then((failure) => process.stderr.write(`\n${failure.message}\n`));
  } catch (error) {
    if (error instanceof SetupError)
      throw new Error(`The engine for the tests did not start.\n${error.message}`, { cause: error });
    throw error;
  }
}
