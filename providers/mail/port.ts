/**
 * One rendered mail. `idempotencyKey` is the key of the mail in our outbox. Within 24 h Resend sends only one mail for a
 * key, so a retry sends no second mail.
 */
export interface OutgoingMail {
  from: string;
  to: string[];
  cc: string[];
  subject: string;
  html: string;
  text: string;
  attachments: { filename: string; contentType: string; content: Uint8Array }[];
  idempotencyKey: string;
  /**
   * Business time of the mail (RFC 3339), sent as the header X-Business-Time. The inbox of the Resend simulator shows it,
   * because a store on a simulated clock has other dates than the mail server.
   */
  at?: string;
}

export interface MailProvider {
  send(mail: OutgoingMail): Promise<{ providerId: string }>;
}
