import { z } from './zod';

export const workflowShape = z.object({ id: z.string(), url: z.string().nullable() });

/** Where the Temporal UI is. */
export interface TemporalUi {
  /** '' where there is no UI. */
  temporalUiUrl: string;
  temporalNamespace: string;
}

/** A workflow and its page in the Temporal UI; null where there is no UI. */
export function workflowView(workflowId: string, ui: TemporalUi): z.infer<typeof workflowShape> {
  return { id: workflowId, url: urlOf(workflowId, ui) };
}

function urlOf(workflowId: string, { temporalUiUrl, temporalNamespace }: TemporalUi): string | null {
  if (temporalUiUrl === '') return null;
  return `${temporalUiUrl}/namespaces/${temporalNamespace}/workflows/${encodeURIComponent(workflowId)}`;
}
