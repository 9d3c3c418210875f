import { z } from 'zod';

const ADDRESS = /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/;
const NAMED_ADDRESS = /^[^<>]*<([^\s@<>]+@[^\s@<>]+\.[^\s@<>]+)>$/;
const isAddress = (text: string) => ADDRESS.test(text.trim()) || NAMED_ADDRESS.test(text.trim());
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

const format = 'The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.';
const address = (field: string) => z.string().refine(isAddress, `Invalid \`${field}\` field. ${format}`);
const list = (value: unknown) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);
const addresses = (field: string) =>
  z.preprocess(list, z.array(address(field)).max(50, `Too many \`${field}\` addresses.`));

const emailSchema = z.object({
  from: address('from'),
  to: addresses('to').refine((to) => to.length > 0, 'Missing `to` field.'),
  cc: addresses('cc'),
  bcc: addresses('bcc'),
  reply_to: addresses('reply_to'),
  subject: z.string(),
  html: z
    .string()
    .nullish()
    .transform((html) => html ?? null),
  text: z
    .string()
    .nullish()
    .transform((text) => text ?? null),
  headers: z.record(z.string(), z.string()).default({}),
  attachments: z
    .array(
      z.object({
        filename: z.string().min(1),
        content: z.string().regex(BASE64, 'Attachment content must be base64.'),
        content_type: z.string().default('application/octet-stream'),
      }),
    )
    .default([]),
});

/** Body of `POST /emails` with Resend's field names. Attachments are base64. */
export type EmailRequest = z.infer<typeof emailSchema>;

export interface ResendError {
  statusCode: number;
  name: string;
  message: string;
}

/** Checks the body in Resend's order: first that the required fields exist, then the form of each field. */
export function readEmail(body: unknown): { ok: true; email: EmailRequest } | { ok: false; error: ResendError } {
  const refuse = (name: string, message: string) => ({ ok: false as const, error: { statusCode: 422, name, message } });
  if (typeof body !== 'object' || body === null)
    return refuse('validation_error', 'The request body must be a JSON object.');
  for (const field of ['from', 'to', 'subject'] as const) {
    if (!(field in body)) return refuse('missing_required_field', `Missing \`${field}\` field.`);
  }
  const parsed = emailSchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    if (issue.path[0] === 'attachments') return refuse('invalid_attachment', issue.message);
    return refuse('validation_error', issue.message);
  }
  if (!parsed.data.html && !parsed.data.text) {
    return refuse('validation_error', 'Missing `html` or `text` field.');
  }
  return { ok: true, email: parsed.data };
}
