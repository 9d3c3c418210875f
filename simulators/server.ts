import type express from 'express';
import { Listener } from './listener';
import { createNpSimulator } from './np/app';
import { createResendSimulator } from './resend/app';
import { createSbpsSimulator } from './sbps/app';

export type SimulatorName = 'np' | 'sbps' | 'resend';

/**
 * Starts the simulators of NP掛け払い (credit), SBPS (cards) and Resend (mail), each on its own port. Port 0 takes any free
 * port.
 */
export async function startSimulators(
  ports: Record<SimulatorName, number>,
): Promise<{ urls: Record<SimulatorName, string>; close(): Promise<void> }> {
  const started: Listener[] = [];
  const close = async () => void (await Promise.all(started.map((listener) => listener.close())));
  const start = async (app: express.Express, port: number) => {
    const listener = new Listener(app);
    const url = await listener.listen(port);
    started.push(listener);
    return url;
  };
  try {
    const np = await start(createNpSimulator(), ports.np);
    const sbps = await start(createSbpsSimulator(), ports.sbps);
    const resend = await start(createResendSimulator(), ports.resend);
    return { urls: { np, sbps, resend }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Runs the simulators as a process, on the ports in the variables NP_PORT, SBPS_PORT and RESEND_PORT. Prints one line of
 * JSON to standard output when all three accept requests.
 */
async function main(): Promise<void> {
  const port = (name: string) => {
    const value = Number(process.env[name]);
    if (!process.env[name] || !Number.isInteger(value)) throw new Error(`${name} is not set to a port number`);
    return value;
  };
  const { urls, close } = await startSimulators({
    np: port('NP_PORT'),
    sbps: port('SBPS_PORT'),
    resend: port('RESEND_PORT'),
  });
  console.log(JSON.stringify({ ready: true, ...urls }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void close().then(() => process.exit(0)));
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
