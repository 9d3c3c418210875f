import express from 'express';
import { SbpsBooks } from './books';
import { controlRoutes } from './control';
import { type Fault, Faults } from './faults';
import { threeDSecurePage } from './three-d-secure';
import { checkDocument, type Merchant, readDocument, Refusal, type SpsDocument, writeNg, writeOk } from './wire';

/**
 * Simulator of the card gateway SBPS. `POST /api/xmlapi.do` is SBPS's API at its real path. `/3ds/:id` is the page of the
 * card's issuer. Tests and the demo control the simulator at `/control/*`. It keeps the data of each merchant in memory.
 * docs/magic-values/cards.md lists its features.
 */
export function createSbpsSimulator(): express.Express {
  const books = new SbpsBooks();
  const faults = new Faults();
  const app = express();
  app.disable('x-powered-by');

  app.post('/api/xmlapi.do', express.raw({ type: () => true, limit: '64kb' }), (req, res) => {
    const merchant = authenticate(req.get('authorization'), books);
    if (!merchant) return void res.status(401).set('WWW-Authenticate', 'Basic').end();

    const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const read = readOrRefuse(body);
    const fault = faults.take(merchant.merchantId, read instanceof Refusal ? '' : read.apiId);
    if (fault && misbehaveBefore(fault, req, res)) return;

    const pageUrl = `${req.protocol}://${req.get('host')}${req.baseUrl}/3ds`;
    const respond = () => (read instanceof Refusal ? writeNg(read.code, '') : answerTo(read, merchant, books, pageUrl));
    if (fault?.mode === 'answer_twice') respond();
    const answer = respond();
    const send = () => void res.type('text/xml; charset=Shift_JIS').send(answer);
    if (fault && fault.mode !== 'answer_twice') return misbehaveAfter(fault, req, send);
    send();
  });

  app.get('/3ds/:id', (req, res) => {
    const authentication = books.authentications.find(req.params.id);
    if (!authentication) return void res.status(404).type('text/plain').send('認証が見つかりません。');
    res.type('html').send(threeDSecurePage(authentication));
  });

  app.post('/3ds/:id', express.urlencoded(), express.json(), (req, res) => {
    const authentication = books.authentications.find(req.params.id);
    const result: unknown = req.body?.result;
    if (!authentication) return void res.status(404).type('text/plain').send('認証が見つかりません。');
    if (result !== 'passed' && result !== 'failed') return void res.status(422).end();
    res.redirect(302, books.authentications.answer(authentication, result));
  });

  app.use('/control', controlRoutes(books, faults));
  return app;
}

/**
 * Finds the merchant of a request by its Basic auth: merchant id and service id as the user, the hash key as the password.
 */
function authenticate(header: string | undefined, books: SbpsBooks): Merchant | null {
  const encoded = /^Basic (\S+)$/.exec(header ?? '')?.[1];
  if (!encoded) return null;
  const given = Buffer.from(encoded, 'base64').toString();
  const merchant = books.merchants.get(given.slice(0, 5));
  return merchant && given === `${merchant.merchantId}${merchant.serviceId}:${merchant.hashKey}` ? merchant : null;
}

function readOrRefuse(body: Buffer): SpsDocument | Refusal {
  try {
    return readDocument(body);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function answerTo(document: SpsDocument, merchant: Merchant, books: SbpsBooks, pageUrl: string): Buffer {
  const date = document.values.get('request_date') ?? '';
  try {
    const request = checkDocument(document, merchant);
    return writeOk(request.apiId, books.answer(request, pageUrl), date);
  } catch (error) {
    if (error instanceof Refusal) return writeNg(error.code, /^\d{14}$/.test(date) ? date : '');
    throw error;
  }
}

/** Applies a fault that keeps the request from taking effect. Returns false for the other faults. */
function misbehaveBefore({ mode }: Fault, req: express.Request, res: express.Response): boolean {
  if (mode === 'down') res.status(503).end();
  if (mode === 'refuse') req.socket.destroy();
  return mode === 'down' || mode === 'refuse' || mode === 'timeout_before_effect';
}

/** Applies a fault to a request that has taken effect: `slow` delays the answer, and with the others it never comes. */
function misbehaveAfter({ mode, delay_ms }: Fault, req: express.Request, send: () => void): void {
  if (mode === 'timeout_after_effect') req.socket.destroy();
  if (mode === 'slow') setTimeout(send, delay_ms);
}
