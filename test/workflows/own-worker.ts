import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
  makeTelemetryFilterString,
} from '@temporalio/worker';
import { engine } from '../support/engine/engine';

/** A worker on the engine's Temporal server that runs workflows written for a test, and a client to start them. */
export interface OwnWorker {
  client: Client;
  stop(): Promise<void>;
}

/** @param workflows name of the file in this folder that exports the workflows */
export async function startOwnWorker(
  workflows: string,
  options: Pick<WorkerOptions, 'taskQueue' | 'activities' | 'interceptors'>,
): Promise<OwnWorker> {
  const { temporalAddress: address, temporalNamespace: namespace } = engine();
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    shutdownSignals: [],
  });
  const connection = await NativeConnection.connect({ address });
  const clientConnection = await Connection.connect({ address });
  const worker = await Worker.create({
    ...options,
    connection,
    namespace,
    workflowsPath: join(__dirname, workflows),
  });
  const running = worker.run();
  return {
    client: new Client({ connection: clientConnection, namespace }),
    async stop() {
      worker.shutdown();
      await running;
      await clientConnection.close();
      await connection.close();
    },
  };
}
