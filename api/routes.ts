import { accountCommandRoutes } from './account-commands';
import { accountRoutes } from './accounts';
import { apiKeyRoutes } from './api-keys';
import { cardRoutes } from './cards';
import { clockRoutes } from './clock';
import { closeRoutes } from './closes';
import { debitRunRoutes } from './debit-runs';
import { depositRoutes } from './deposits';
import { directDebitRoutes } from './direct-debits';
import { documentRoutes } from './documents';
import { eventRoutes } from './events';
import { incidentRoutes } from './incidents';
import { invoiceRoutes } from './invoices';
import { orderCommandRoutes } from './order-commands';
import { orderRoutes } from './orders';
import { paymentRoutes } from './payments';
import { planRoutes } from './plans';
import type { Route } from './lib/route';
import { storeRoutes } from './stores';
import { waitRoutes } from './waits';

/** Everything under /v1 that an API key may call. */
export const routes: readonly Route[] = [
  ...storeRoutes,
  ...apiKeyRoutes,
  ...accountRoutes,
  ...accountCommandRoutes,
  ...planRoutes,
  ...orderRoutes,
  ...orderCommandRoutes,
  ...cardRoutes,
  ...directDebitRoutes,
  ...closeRoutes,
  ...invoiceRoutes,
  ...documentRoutes,
  ...paymentRoutes,
  ...depositRoutes,
  ...debitRunRoutes,
  ...clockRoutes,
  ...eventRoutes,
  ...waitRoutes,
  ...incidentRoutes,
];
