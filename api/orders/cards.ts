import type { RequestHandler } from 'express';
import { newId } from '../../books/lib/ids';
import { LEASE_SECONDS, send } from '../../books/lib/outbox';
import { toYen } from '../../domain/money';
import { checkCard } from '../../domain/order/card-rules';
import { orderShape } from '../../views/order';
import { z } from '../../views/lib/zod';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { giveCommand } from '../lib/commands';
import { card } from './new';
import { readOrder } from './read';
import { Refused, found, orRefuse, throwRefusal } from '../lib/problems';
import { type Route, type Surroundings, command } from '../lib/route';
import { acceptedAt } from '../lib/store-clock';

/**
 * The states of an order in which its card is charged, or can be charged again. `ended` is checked separately: an ended contract
 * is charged only while its last month is owed, and only so long does the order's workflow still have a wait.
 */
const CHARGEABLE = ['active', 'at_risk', 'suspended', 'ending'];

export const cardRoutes: Route[] = [
  command({
    operation: 'orders.replace_card',
    path: '/v1/orders/:id/card',
    summary: 'Replace the card of a running contract. The buyer passes 3-D Secure at `next_action`.',
    body: z.strictObject(card),
    answers: { 200: orderShape, 202: orderShape },
    refusals: ['not_found', 'conflict', 'card_brand_unsupported', 'divided_payment_unsupported'],
    async handle(tx, context) {
      const { store, params, body } = context;
      const where = { storeId_id: { storeId: store.id, id: params['id']! } };
      const order = found(await tx.order.findUnique({ where }));
      const workflow = { storeId: store.id, workflowId: workflowIds.order(order.id) };
      const chargeable =
        CHARGEABLE.includes(order.status) ||
        (order.status === 'ended' && (await tx.wait.findUnique({ where: { storeId_workflowId: workflow } })) !== null);
      if (order.method !== 'card' || !chargeable)
        throwRefusal('conflict', { params: { state: order.status, method: order.method } });
      orRefuse(checkCard(body, toYen(order.total)));
      const authenticationRef = newId('ca');
      await tx.cardAuthentication.create({
        data: {
          storeId: store.id,
          id: authenticationRef,
          orderId: order.id,
          purpose: 'replacement',
          token: body.token,
          tokenKey: body.token_key,
        },
      });
      const message = await giveCommand(tx, context, {
        to: workflow.workflowId,
        name: 'replaceCard',
        target: order.id,
        payload: { authenticationRef },
      });
      return { message, ref: order.id };
    },
    resource: ({ env, store }, ref) => readOrder(env.db, store.id, ref, env),
  }),
];

/** How long the buyer's browser waits for the outcome of 3-D Secure. Then the page says that the result will come by mail. */
const RETURN_WAIT_MS = 5_000;

/**
 * Answers the buyer's browser that comes back from 3-D Secure. Anybody can open this address, so the result in it is not trusted.
 * A visit only makes the order's workflow ask SBPS, the card gateway, for the result.
 */
export function cardReturn(env: Surroundings): RequestHandler {
  return async (req, res) => {
    const { authenticationRef = '', result } = req.params as Record<string, string>;
    const authentication = /^ca_[0-9A-Za-z]{22}$/.test(authenticationRef)
      ? await env.db.cardAuthentication.findFirst({ where: { id: authenticationRef } })
      : null;
    if (!authentication || (result !== 'ok' && result !== 'ng')) return throwRefusal('not_found');
    const { storeId, orderId } = authentication;
    const store = await env.db.store.findUniqueOrThrow({ where: { id: storeId } });
    // Each return is a new message: a browser that came back before the buyer had finished comes back again, and that counts.
    const message = keys.message.cardReturned(authenticationRef, newId('msg'));
    const advancing = await env.db
      .$transaction(async (tx) => {
        const at = await acceptedAt(tx, store, env.now);
        await send(tx, {
          storeId,
          id: message,
          to: workflowIds.order(orderId),
          name: 'cardReturned',
          payload: { authenticationRef, result },
          at,
          leaseSeconds: LEASE_SECONDS,
        });
        return false;
      })
      .catch((e: unknown) => {
        if (e instanceof Refused) return true;
        throw e;
      });
    if (advancing) {
      res
        .status(409)
        .set('Retry-After', '1')
        .set('Refresh', '1')
        .send(page('確認中です', 'このページを再読み込みしてください。'));
      return;
    }
    await env.delivery.now(storeId, message);
    await env.delivery.untilProcessed(storeId, message, RETURN_WAIT_MS);
    const order = await env.db.order.findUniqueOrThrow({ where: { storeId_id: { storeId, id: orderId } } });
    const { status } = await env.db.cardAuthentication.findUniqueOrThrow({
      where: { storeId_id: { storeId, id: authenticationRef } },
    });
    const [title, words] = WORDS[order.status === 'cancelled' ? 'failed' : status] ?? WORDS['open']!;
    const back = order.metadata.return_urls;
    res.send(page(title, words, back && (status === 'passed' && order.status !== 'cancelled' ? back.ok : back.ng)));
  };
}

const WORDS: Record<string, readonly [title: string, words: string]> = {
  passed: ['本人認証が完了しました', 'お手続きの結果はメールまたはマイアカウントでご確認ください。'],
  failed: ['カード決済を完了できませんでした', '別のカードで再度お手続きください。'],
  expired: ['お手続きの期限が過ぎました', 'はじめからお手続きください。'],
  open: ['確認しています', '結果はメールまたはマイアカウントでお知らせします。'],
};

function page(title: string, words: string, back?: string): string {
  const link = back ? `<p><a href="${escapeHtml(back)}">ストアに戻る</a></p>` : '';
  return `<!doctype html><html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head><body><main><h1>${title}</h1><p>${words}</p>${link}</main></body></html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
