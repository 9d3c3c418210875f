import { text } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { httpUrl, rfc3339 } from '../lib/input/schemas';

/**
 * News from NP, the credit provider, e.g. that a bill was paid. Its form is our assumption, because NP publishes none. `data` is
 * stored as received. Its members depend on `type`, so dispatch/ checks them when it applies the news.
 */
export const news = z.strictObject({
  event_id: text(200),
  type: text(100),
  occurred_at: rfc3339,
  data: z.record(z.string(), z.unknown()),
});

/** An alarm that a simulator sets: `body` is posted to `callback_url` when the store's clock reaches `at`. */
export const alarm = z.strictObject({
  id: text(200),
  at: rfc3339,
  callback_url: httpUrl,
  body: z.record(z.string(), z.unknown()),
});
