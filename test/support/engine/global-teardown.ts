import { stopAllServices } from '../../../dev/services/processes';

export default async function globalTeardown(): Promise<void> {
  await globalThis.shimebiTestStack?.stop();
  await stopAllServices();
}
