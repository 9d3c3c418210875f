import { z } from './lib/zod';

/** The body of every answer with an error status (RFC 9457). */
export const problemShape = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string().openapi({ description: 'What to do' }),
    code: z.string(),
    request_id: z.string(),
    errors: z.array(
      z.object({
        pointer: z.string().optional().openapi({ description: 'JSON pointer to the member (RFC 6901)' }),
        code: z.string(),
        detail: z.string(),
        params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      }),
    ),
  })
  .openapi('Problem');
export type ProblemView = z.infer<typeof problemShape>;
