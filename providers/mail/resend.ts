import { type CreateEmailRequestOptions, type ErrorResponse, Resend } from 'resend';
import { ProviderError, type ProviderFailure } from '../errors';
import type { MailProvider, OutgoingMail } from './port';

export interface ResendConfig {
  /** `re_…` */
  apiKey: string;
  /** https://api.resend.com, or the address of the simulator. */
  baseUrl: string;
}

/**
 * Resend answers in under a second. After ten we do not know whether it sent the mail, and a retry uses the same key.
 */
const TIMEOUT_MS = 10_000;

/**
 * 409 `concurrent_idempotent_requests`: the first request is still in progress and its result unknown.
 * 409 `invalid_idempotent_request`: the key was used for another mail, so a retry does not help.
 * 429: not accepted, too fast or over a quota. No status: the connection broke, before or after Resend accepted the
 * mail.
 */
function failureOf({ name, statusCode }: ErrorResponse): ProviderFailure {
  if (name === 'concurrent_idempotent_requests' || statusCode === null) return 'unknown';
  if (statusCode === 429 || statusCode === 503) return 'unreachable';
  return statusCode >= 500 ? 'unknown' : 'rejected';
}

/** Sends mails through Resend. The same key within 24 h returns the first answer and sends no second mail. */
export function createResend({ apiKey, baseUrl }: ResendConfig): MailProvider {
  const resend = new Resend(apiKey, { baseUrl });

  return {
    /** @throws ProviderError */
    async send(mail: OutgoingMail): Promise<{ providerId: string }> {
      // The SDK passes its options to fetch, but its types leave `signal` out.
      const options: CreateEmailRequestOptions & { signal: AbortSignal } = {
        idempotencyKey: mail.idempotencyKey,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      };
      const { data, error } = await resend.emails.send(
        {
          from: mail.from,
          to: mail.to,
          cc: mail.cc,
          subject: mail.subject,
          html: mail.html,
          text: mail.text,
          headers: mail.at === undefined ? {} : { 'X-Business-Time': mail.at },
          attachments: mail.attachments.map(({ filename, contentType, content }) => ({
            filename,
            contentType,
            content,
          })),
        },
        options,
      );
      if (error) {
        const status = error.statusCode ?? undefined;
        throw new ProviderError('resend', failureOf(error), `${error.name}: ${error.message}`, [error.name], status);
      }
      return { providerId: data.id };
    },
  };
}
