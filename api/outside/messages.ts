import { text } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { httpUrl, rfc3339 } from '../lib/input/schemas';

/** A piece of a provider's news (assumed: NP describes none in public). `data` is kept as told and judged by its type. */
export const news = z.strictObject({
  event_id: text(200),
  type: text(100),
  occurred_at: rfc3339,
  data: z.record(z.string(), z.unknown()),
});

/** What a simulator wants to be told later: `body` is posted to `callback_url` when the store's clock reaches `at`. */
export const alarm = z.strictObject({
  id: text(200),
  at: rfc3339,
  callback_url: httpUrl,
  body: z.record(z.string(), z.unknown()),
});
