import { z } from './zod';

export const workflowShape = z.object({ id: z.string(), url: z.string().nullable() });

/** The address of the Temporal UI, for links to workflows. */
export interface TemporalUi {
  /** Empty if there is no UI. */
  temporalUiUrl: string;
  temporalNamespace: string;
}

/** A workflow with the URL of its page in the Temporal UI; the URL is null if there is no UI. */
export function workflowView(workflowId: string, ui: TemporalUi): z.infer<typeof workflowShape> {
  return { id: workflowId, url: urlOf(workflowId, ui) };
}

function urlOf(workflowId: string, { temporalUiUrl, temporalNamespace }: TemporalUi): string | null {
  if (temporalUiUrl === '') return null;
  return `${temporalUiUrl}/namespaces/${temporalNamespace}/workflows/${encodeURIComponent(workflowId)}`;
}
