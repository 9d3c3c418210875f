import { relative } from 'node:path';
import { stopServicesOnExit } from './services/processes';
import { createProgress, SetupError } from './services/progress';
import { startStack, STATE_DIR } from './services/stack';

/** `npm run dev`: starts everything, plays no story, and runs until Ctrl-C. */
async function main(): Promise<void> {
  const log = createProgress(process.stdout);
  stopServicesOnExit();
  const stack = await startStack({ mode: 'dev', log });
  log.line(`
  API            ${stack.apiUrl}
  Temporal UI    ${stack.temporalUiUrl ?? `(none here: external server ${stack.temporalAddress})`}
  Mail inbox     ${stack.resendUrl}
  PostgreSQL     ${stack.databaseUrl}
  Logs           ${stack.logDir}
  Admin API key  ${stack.adminApiKey}

Ctrl-C stops everything. To start afresh: rm -rf ${relative('', STATE_DIR)}`);
  const failure = await stack.failed;
  await stack.stop();
  throw failure;
}

main().catch((error: unknown) => {
  console.error(error instanceof SetupError ? `\n${error.message}` : error);
  process.exit(1);
});
