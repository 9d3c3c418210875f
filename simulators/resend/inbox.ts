import { readFileSync } from 'node:fs';
import path from 'node:path';
import express from 'express';
import Handlebars from 'handlebars';
import { type Mailbox, type StoredMail, bareAddress } from './mailbox';

/** The final states of a mail as the pages show them. */
const fates = {
  delivered: '配信済み',
  bounced: '宛先不明',
  complained: '迷惑メール報告',
  suppressed: '送信停止',
} as const;

/** Most mails that the list shows. Older mails are found by a search for their recipient. */
const PAGE_SIZE = 200;

const handlebars = Handlebars.create();
const page = (name: string) =>
  handlebars.compile(readFileSync(path.join(__dirname, 'pages', `${name}.hbs`), 'utf8'), { strict: true });
handlebars.registerPartial('frame', readFileSync(path.join(__dirname, 'pages', 'frame.hbs'), 'utf8'));
const listPage = page('inbox');
const mailPage = page('mail');

function summary(mail: StoredMail) {
  return {
    id: mail.id,
    sequence: mail.sequence,
    subject: mail.subject,
    from: mail.from,
    recipients: mail.to.map(bareAddress).join(', '),
    cc: mail.cc.map(bareAddress).join(', '),
    at: (mail.headers['X-Business-Time'] ?? '').slice(0, 16).replace('T', ' '),
    excerpt: (mail.text ?? '').replace(/\s+/g, ' ').slice(0, 90),
    fate: fates[mail.fate],
    failed: mail.fate !== 'delivered',
    attached: mail.attachments.length,
  };
}

const kilobytes = (base64: string) => Math.max(1, Math.round((base64.length * 3) / 4 / 1024));

/** The inbox for people in a browser: the list of mails, one mail, its HTML in a sandboxed frame and its attachments. */
export function inboxPages(mailbox: Mailbox): express.Router {
  const router = express.Router();

  router.get('/', (req, res) => {
    const to = typeof req.query.to === 'string' ? req.query.to : '';
    const found = mailbox.list(to);
    const mails = found.slice(0, PAGE_SIZE).map(summary);
    res
      .type('html')
      .send(listPage({ title: '受信箱', to, mails, count: found.length, hidden: found.length - mails.length }));
  });

  router.get('/inbox/:id', (req, res) => {
    const mail = mailbox.find(req.params.id);
    if (!mail) return void res.status(404).type('text').send('このメールはありません。');
    const asText = mail.html === null || req.query.view === 'text';
    const attachments = mail.attachments.map((attachment, index) => ({
      index,
      filename: attachment.filename,
      size: kilobytes(attachment.content),
    }));
    res.type('html').send(
      mailPage({
        ...summary(mail),
        title: mail.subject,
        to: '',
        asText,
        hasHtml: mail.html !== null,
        text: mail.text ?? '（テキスト版はありません）',
        attachments,
        key: mail.idempotencyKey ?? '—',
      }),
    );
  });

  router.get('/inbox/:id/html', (req, res) => {
    const mail = mailbox.find(req.params.id);
    if (!mail?.html) return void res.status(404).end();
    res.set(
      'Content-Security-Policy',
      "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    );
    res.type('html').send(mail.html);
  });

  router.get('/inbox/:id/attachments/:index', (req, res) => {
    const attachment = mailbox.find(req.params.id)?.attachments[Number(req.params.index)];
    if (!attachment) return void res.status(404).end();
    res.attachment(attachment.filename).type(attachment.content_type);
    res.send(Buffer.from(attachment.content, 'base64'));
  });

  return router;
}
