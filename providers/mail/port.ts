/** One rendered mail. `idempotencyKey` is our mail key; Resend keeps it for 24 h. */
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
   * Business time of the mail (RFC 3339), sent as the header X-Business-Time, so that mails of a simulated store show
   * its own dates.
   */
  at?: string;
}

export interface MailProvider {
  send(mail: OutgoingMail): Promise<{ providerId: string }>;
}
