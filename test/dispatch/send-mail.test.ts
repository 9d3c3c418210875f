import { randomUUID } from 'node:crypto';
import type { Deps } from '../../activities/lib/deps';
import { sendMail } from '../../dispatch/send-mail';
import { ProviderError } from '../../providers/errors';
import type { OutgoingMail } from '../../providers/mail/port';
import { TestStore, openTestDb } from '../activities/close/store';

/** Sending a queued mail by Resend, whose idempotency keys are valid for 24 h of real time. */

const db = openTestDb();
afterAll(() => db.$disconnect());
// The first mail of a process compiles the templates, which takes seconds on a busy machine.
jest.setTimeout(30_000);

const HOUR = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR);

async function queued({ recorded = ago(0), firstTried = null as Date | null }) {
  const store = await TestStore.make(db, 'in_house');
  await store.buyer('aoba');
  const key = `mail/${randomUUID()}`;
  const order = { number: 'ORD-1', orderedOn: '2026-10-05', summary: '商品A', total: 33_000 };
  await db.mail.create({
    data: {
      storeId: store.id,
      key,
      template: 'order-declined-overdue',
      accountId: 'acc_aoba',
      data: { order },
      recipients: ['aoba@example.com'],
      recordedAt: recorded,
      firstTriedAt: firstTried,
    },
  });
  const sent: OutgoingMail[] = [];
  let down = false;
  const deps: Deps = {
    ...store.deps,
    mail: {
      async send(mail) {
        if (down) throw new ProviderError('resend', 'unknown', 'timed out');
        sent.push(mail);
        return { providerId: 'msg_1' };
      },
    },
  };
  const at = new Date('2026-10-05T10:00:00+09:00');
  return {
    sent,
    stopResend: () => (down = true),
    send: () => sendMail(deps, { storeId: store.id, target: key, at, dueAt: at }),
    mail: () => db.mail.findUniqueOrThrow({ where: { storeId_key: { storeId: store.id, key } } }),
    incidents: async () => (await db.incident.findMany({ where: { storeId: store.id } })).map(({ kind }) => kind),
  };
}

test('a mail queued three days ago, while the worker was down, is sent at the first attempt', async () => {
  const { send, sent, mail, incidents } = await queued({ recorded: ago(72) });
  await send();
  expect(sent).toHaveLength(1);
  expect(await mail()).toMatchObject({ status: 'sent', providerId: 'msg_1' });
  expect(await incidents()).toEqual([]);
});

test('the time of the first attempt is recorded, and a later attempt keeps it', async () => {
  const { send, mail, stopResend } = await queued({});
  stopResend();
  await expect(send()).rejects.toThrow('timed out');
  const { firstTriedAt } = await mail();
  expect(firstTriedAt).not.toBeNull();
  await expect(send()).rejects.toThrow('timed out');
  expect(await mail()).toMatchObject({ status: 'queued', firstTriedAt });
});

test('24 h after a first attempt with unknown result the mail is not sent again, because its key has expired at Resend', async () => {
  const { send, sent, mail, incidents } = await queued({ recorded: ago(25), firstTried: ago(24) });
  await send();
  expect(sent).toEqual([]);
  expect(await mail()).toMatchObject({ status: 'unknown' });
  expect(await incidents()).toEqual(['mail_unknown']);
});
