import { type CreateEmailRequestOptions, type ErrorResponse, Resend } from 'resend';
import { ProviderError, type ProviderFailure } from '../errors';
import type { MailProvider, OutgoingMail } from './port';

export interface ResendConfig {
  /** Begins with `re_`. */
  apiKey: string;
  /** https://api.resend.com, or the address of the simulator. */
  baseUrl: string;
}

/**
 * Longest wait for an answer of Resend, which usually takes under a second. After that we do not know whether Resend
 * sent the mail. A retry is safe, because it uses the same idempotency key.
 */
const TIMEOUT_MS = 10_000;

/**
 * Tells from Resend's error whether the mail may have been sent:
 * - 409 `concurrent_idempotent_requests`: an earlier request with the same key is in progress, so its result is `unknown`.
 * - No status: the connection broke before or after Resend accepted the mail, so the result is `unknown`.
 * - 429 (too fast, or over a quota) and 503: Resend did not accept the mail.
 * - Another 4xx: Resend refuses the mail, and a retry does not help. For example, 409 `invalid_idempotent_request` means
 *   that the key was used for another mail.
 * - Another 5xx: Resend may have accepted the mail, so the result is `unknown`.
 */
function failureOf({ name, statusCode }: ErrorResponse): ProviderFailure {
  if (name === 'concurrent_idempotent_requests' || statusCode === null) return 'unknown';
  if (statusCode === 429 || statusCode === 503) return 'unreachable';
  return statusCode >= 500 ? 'unknown' : 'rejected';
}

/**
 * Sends mails through Resend. If a mail's key was used within 24 h, Resend returns its first answer and sends no second
 * mail.
 */
export function createResend({ apiKey, baseUrl }: ResendConfig): MailProvider {
  const resend = new Resend(apiKey, { baseUrl });

  return {
    /** @throws ProviderError */
    async send(mail: OutgoingMail): Promise<{ providerId: string }> {
      // The SDK's type lacks `signal` (it ends the call at the time-out). The SDK hands its options to fetch, which obeys it.
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
