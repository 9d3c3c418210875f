import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProviderError, type ProviderFailure } from '../../providers/errors';
import type { OutgoingMail } from '../../providers/mail/port';
import { createResend } from '../../providers/mail/resend';
import { createResendSimulator } from '../../simulators/resend/app';

let server: Server;
let baseUrl: string;

beforeAll(async () => {
  server = createResendSimulator().listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const adapter = (apiKey = 're_test') => createResend({ apiKey, baseUrl });

let mails = 0;
/** A mail whose key and recipient no other test uses. */
function mail(more: Partial<OutgoingMail> = {}): OutgoingMail {
  const n = ++mails;
  return {
    from: 'ITreviewオンラインストア <store@example.jp>',
    to: [`経理部 <keiri${n}@aoba.example>`],
    cc: [],
    subject: 'ご注文の受付を保留しております',
    html: '<p>株式会社青葉</p>',
    text: '株式会社青葉',
    attachments: [],
    idempotencyKey: `mail/order-held/${n}`,
    ...more,
  };
}

interface ReceivedMail {
  id: string;
  subject: string;
  cc: string[];
  text: string;
  html: string;
  created_at: string | null;
  last_event: string;
  idempotency_key: string;
  attachments: { filename: string; content: string; content_type: string }[];
}

const addressOf = ({ to }: OutgoingMail) => /<(.+)>/.exec(to[0]!)?.[1] ?? to[0]!;

async function received(sent: OutgoingMail): Promise<ReceivedMail[]> {
  const answer = await fetch(`${baseUrl}/control/emails?to=${encodeURIComponent(addressOf(sent))}`);
  return ((await answer.json()) as { emails: ReceivedMail[] }).emails;
}

const control = (fault: object) =>
  fetch(`${baseUrl}/control/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });

async function failure(work: Promise<unknown>): Promise<ProviderError> {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  if (!(error instanceof ProviderError)) throw new Error(`expected a ProviderError, got ${String(error)}`);
  return error;
}

describe('a mail', () => {
  test('arrives complete: names, text, HTML, attachment, business time', async () => {
    const content = new Uint8Array([0x25, 0x50, 0x44, 0x46, 0, 255]);
    const sent = mail({
      cc: ['bucho@aoba.example'],
      attachments: [{ filename: '領収書.pdf', contentType: 'application/pdf', content }],
      at: '2026-11-01T09:00:00.000+09:00',
    });
    const { providerId } = await adapter().send(sent);

    const [arrived, ...others] = await received(sent);
    expect(others).toEqual([]);
    expect(arrived).toMatchObject({
      id: providerId,
      subject: sent.subject,
      cc: ['bucho@aoba.example'],
      text: '株式会社青葉',
      html: '<p>株式会社青葉</p>',
      created_at: '2026-11-01T09:00:00.000+09:00',
      last_event: 'delivered',
      idempotency_key: sent.idempotencyKey,
      attachments: [
        { filename: '領収書.pdf', content_type: 'application/pdf', content: Buffer.from(content).toString('base64') },
      ],
    });
  });

  test('sent twice with the same key is one mail with one id', async () => {
    const sent = mail();
    const first = await adapter().send(sent);
    expect(await adapter().send(sent)).toEqual(first);
    expect(await received(sent)).toHaveLength(1);
  });

  test('another mail under a used key is rejected, and the first mail stays', async () => {
    const sent = mail();
    await adapter().send(sent);
    const error = await failure(adapter().send({ ...sent, subject: '別の件名' }));
    expect(error).toMatchObject({ failure: 'rejected', httpStatus: 409, codes: ['invalid_idempotent_request'] });
    expect((await received(sent)).map((m) => m.subject)).toEqual([sent.subject]);
  });

  test('the same key under another API key is another mail', async () => {
    const sent = mail();
    const first = await adapter('re_store_a').send(sent);
    expect(await adapter('re_store_b').send(sent)).not.toEqual(first);
  });
});

describe('Resend refuses', () => {
  const refused: [string, Partial<OutgoingMail>, string][] = [
    ['an invalid address', { to: ['aoba.example'] }, 'validation_error'],
    ['a mail without recipients', { to: [] }, 'validation_error'],
    ['a sender without an address', { from: 'ITreviewオンラインストア' }, 'validation_error'],
    ['more than 50 recipients', { to: Array.from({ length: 51 }, (_, i) => `a${i}@b.example`) }, 'validation_error'],
    ['a mail without a body', { html: '', text: '' }, 'validation_error'],
  ];
  test.each(refused)('%s', async (_, wrong, code) => {
    const error = await failure(adapter().send(mail(wrong)));
    expect(error).toMatchObject({ provider: 'resend', failure: 'rejected', httpStatus: 422, codes: [code] });
  });

  test('a key over 256 characters', async () => {
    const error = await failure(adapter().send(mail({ idempotencyKey: 'k'.repeat(257) })));
    expect(error).toMatchObject({ failure: 'rejected', httpStatus: 400, codes: ['invalid_idempotency_key'] });
  });

  test('an invalid API key', async () => {
    expect(await failure(adapter('sk_wrong').send(mail()))).toMatchObject({ failure: 'rejected', httpStatus: 403 });
    expect((await fetch(`${baseUrl}/emails`, { method: 'POST' })).status).toBe(401);
  });
});

describe('when Resend misbehaves', () => {
  const cases: [string, ProviderFailure, number][] = [
    ['down', 'unreachable', 0],
    ['rate_limited', 'unreachable', 0],
    ['server_error', 'unknown', 0],
    ['in_progress', 'unknown', 0],
    ['timeout_after_effect', 'unknown', 1],
  ];
  test.each(cases)('%s fails as %s and leaves %i mails, and a retry leaves one', async (mode, expected, accepted) => {
    const sent = mail();
    await control({ mode, to: addressOf(sent) });

    expect((await failure(adapter().send(sent))).failure).toBe(expected);
    expect(await received(sent)).toHaveLength(accepted);

    const { providerId } = await adapter().send(sent);
    expect((await received(sent)).map((m) => m.id)).toEqual([providerId]);
  });

  test('a request that arrives twice is one mail, because both have the same key', async () => {
    const sent = mail();
    await control({ mode: 'answer_twice', to: addressOf(sent) });
    const { providerId } = await adapter().send(sent);
    expect((await received(sent)).map((m) => m.id)).toEqual([providerId]);
  });

  test('a fault affects only its recipient, and only as many mails as it was filed for', async () => {
    const sent = mail();
    await control({ mode: 'down', times: 2, to: addressOf(sent) });
    await adapter().send(mail());
    await failure(adapter().send(sent));
    await failure(adapter().send(sent));
    await adapter().send(sent);
  });

  test('a closed port fails as unknown, because the SDK does not tell a refused connection from a lost one', async () => {
    const nowhere = createResend({ apiKey: 're_test', baseUrl: 'http://127.0.0.1:1' });
    expect(await failure(nowhere.send(mail()))).toMatchObject({ failure: 'unknown', httpStatus: undefined });
  });

  test('an unknown fault is refused, and the answer names the field', async () => {
    const answer = await control({ mode: 'slow' });
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { message: string }).message).toMatch(/^mode: /);
  });
});

test.each(['bounced', 'complained', 'suppressed'])(
  'a mail to %s@… is accepted, and its final state is reported afterwards',
  async (fate) => {
    const { providerId } = await adapter().send(mail({ to: [`${fate}+x@aoba.example`] }));
    const answer = await fetch(`${baseUrl}/emails/${providerId}`, { headers: { authorization: 'Bearer re_test' } });
    expect(await answer.json()).toMatchObject({ object: 'email', id: providerId, last_event: fate });
  },
);

describe('the inbox page', () => {
  test('lists the newest first, finds mails by recipient, and escapes subjects', async () => {
    const first = mail({ subject: '<b>一通目</b>' });
    const second = mail({ to: first.to, subject: '二通目' });
    await adapter().send(first);
    await adapter().send(second);

    const page = await (await fetch(`${baseUrl}/?to=${addressOf(first)}`)).text();
    expect(page).toContain('2 通');
    expect(page).toContain('&lt;b&gt;一通目&lt;/b&gt;');
    expect(page.indexOf('二通目')).toBeLessThan(page.indexOf('一通目'));
  });

  test('shows a mail’s text, its HTML in a sandbox, and serves its attachments', async () => {
    const attachments = [{ filename: '領収書.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF-1.7') }];
    const { providerId } = await adapter().send(mail({ text: '本文 <i>', html: '<p>本文</p>', attachments }));
    const inbox = `${baseUrl}/inbox/${providerId}`;

    expect(await (await fetch(`${inbox}?view=text`)).text()).toContain('本文 &lt;i&gt;');
    const html = await fetch(`${inbox}/html`);
    expect(html.headers.get('content-security-policy')).toMatch(/^sandbox/);
    expect(await html.text()).toBe('<p>本文</p>');
    const file = await fetch(`${inbox}/attachments/0`);
    expect(file.headers.get('content-disposition')).toContain("filename*=UTF-8''%E9%A0%98%E5%8F%8E%E6%9B%B8.pdf");
    expect(await file.text()).toBe('%PDF-1.7');
    expect((await fetch(`${baseUrl}/inbox/none`)).status).toBe(404);
  });
});
