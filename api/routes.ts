import { accountCommandRoutes } from './accounts/commands';
import { accountRoutes } from './accounts/routes';
import { apiKeyRoutes } from './stores/api-keys';
import { cardRoutes } from './orders/cards';
import { clockRoutes } from './operations/clock';
import { closeRoutes } from './billing/closes';
import { debitRunRoutes } from './direct-debits/runs';
import { depositRoutes } from './receivables/deposits';
import { directDebitRoutes } from './direct-debits/routes';
import { documentRoutes } from './billing/documents';
import { eventRoutes } from './operations/events';
import { incidentRoutes } from './operations/incidents';
import { invoiceRoutes } from './billing/invoices';
import { orderCommandRoutes } from './orders/commands';
import { orderRoutes } from './orders/routes';
import { paymentRoutes } from './receivables/payments';
import { planRoutes } from './stores/plans';
import type { Route } from './lib/route';
import { storeRoutes } from './stores/routes';
import { waitRoutes } from './operations/waits';

/** Every route under /v1 that needs an API key. */
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
