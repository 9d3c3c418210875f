import express from 'express';
import { Faults, type FaultMode, faultSchema } from './faults';
import { inboxPages } from './inbox';
import { type StoredMail, Mailbox } from './mailbox';
import { type ResendError, readEmail } from './request';

/** Resend's error answers. */
const errors = {
  missingKey: { statusCode: 401, name: 'missing_api_key', message: 'Missing API key in the authorization header.' },
  invalidKey: { statusCode: 403, name: 'invalid_api_key', message: 'API key is invalid.' },
  idempotencyKey: { statusCode: 400, name: 'invalid_idempotency_key', message: 'The key must be between 1-256 chars.' },
  otherPayload: {
    statusCode: 409,
    name: 'invalid_idempotent_request',
    message: 'Same idempotency key used with a different request payload.',
  },
  inProgress: {
    statusCode: 409,
    name: 'concurrent_idempotent_requests',
    message: 'Same idempotency key used while original request is still in progress.',
  },
  rateLimited: { statusCode: 429, name: 'rate_limit_exceeded', message: 'Too many requests.' },
  serverError: { statusCode: 500, name: 'internal_server_error', message: 'An unexpected error occurred.' },
  down: { statusCode: 503, name: 'application_error', message: 'Service unavailable.' },
  notFound: { statusCode: 404, name: 'not_found', message: 'Email not found.' },
} satisfies Record<string, ResendError>;

/** Faults that answer with an error at once. The mail is not accepted. */
const faultAnswers: Partial<Record<FaultMode, ResendError>> = {
  down: errors.down,
  server_error: errors.serverError,
  rate_limited: errors.rateLimited,
  in_progress: errors.inProgress,
};

/**
 * Answer of `GET /emails/:id`. `created_at` is the business time from the mail's header, because the simulator has no
 * clock.
 */
function emailOf(mail: StoredMail) {
  return {
    object: 'email',
    id: mail.id,
    message_id: `<${mail.id}@resend.simulator>`,
    from: mail.from,
    to: mail.to,
    cc: mail.cc,
    bcc: mail.bcc,
    reply_to: mail.reply_to,
    subject: mail.subject,
    html: mail.html,
    text: mail.text,
    created_at: mail.headers['X-Business-Time'] ?? null,
    scheduled_at: null,
    last_event: mail.fate,
  };
}

/**
 * Simulator of the mail service Resend, with an inbox for people at `/`. It keeps the mails in memory.
 * docs/magic-values/mail.md lists its features.
 */
export function createResendSimulator(): express.Express {
  const mailbox = new Mailbox();
  const faults = new Faults();
  const app = express();
  app.disable('x-powered-by');
  // Resend accepts up to 40 MB per mail, including attachments in base64.
  app.use(express.json({ limit: '40mb' }));

  const refuse = (res: express.Response, error: ResendError) => void res.status(error.statusCode).json(error);

  app.use('/emails', (req, res, next) => {
    const bearer = /^Bearer (\S+)$/.exec(req.get('authorization') ?? '')?.[1];
    if (!bearer) return refuse(res, errors.missingKey);
    if (!bearer.startsWith('re_')) return refuse(res, errors.invalidKey);
    res.locals.apiKey = bearer;
    next();
  });

  app.post('/emails', (req, res) => {
    const idempotencyKey = req.get('idempotency-key') ?? null;
    if (idempotencyKey !== null && (idempotencyKey.length < 1 || idempotencyKey.length > 256)) {
      return refuse(res, errors.idempotencyKey);
    }
    const read = readEmail(req.body);
    if (!read.ok) return refuse(res, read.error);

    const fault = faults.take(read.email.to);
    const faultAnswer = fault && faultAnswers[fault];
    if (faultAnswer) return refuse(res, faultAnswer);

    const send = () => mailbox.send(read.email, res.locals.apiKey as string, idempotencyKey);
    if (fault === 'answer_twice') send();
    const result = send();
    if (fault === 'timeout_after_effect') return void req.socket.destroy();
    if (result.outcome === 'other_payload') return refuse(res, errors.otherPayload);
    res.json({ id: result.id });
  });

  app.get('/emails/:id', (req, res) => {
    const mail = mailbox.find(req.params.id);
    if (!mail) return refuse(res, errors.notFound);
    res.json(emailOf(mail));
  });

  app.get('/control/emails', (req, res) => {
    const mails = mailbox.list(typeof req.query.to === 'string' ? req.query.to : '');
    res.json({
      emails: mails.map((mail) => ({
        ...emailOf(mail),
        sequence: mail.sequence,
        idempotency_key: mail.idempotencyKey,
        attachments: mail.attachments,
      })),
    });
  });

  app.get('/control/faults', (_req, res) => {
    res.json({ fired: faults.fired.tally() });
  });

  app.post('/control/faults', (req, res) => {
    const fault = faultSchema.safeParse(req.body);
    if (!fault.success) {
      const message = fault.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
      return refuse(res, { statusCode: 422, name: 'validation_error', message });
    }
    faults.file(fault.data);
    res.status(204).end();
  });

  app.post('/control/faults/clear', (req, res) => {
    faults.clear((req.body as { to?: string }).to);
    res.status(204).end();
  });

  app.use(inboxPages(mailbox));
  return app;
}
