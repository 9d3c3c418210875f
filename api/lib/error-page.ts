import type { RequestHandler } from 'express';
import { refusalCodes, refusalTexts } from '../../domain/refusal-codes';
import { languageOf } from './language';
import { internalErrorText } from './problems';

/** The page /docs/errors, to which the `type` of every error answer links. For each code it says what is wrong and what to do. */
export const errorPage: RequestHandler = (req, res) => {
  const language = languageOf(req);
  const all = { ...refusalTexts, internal_error: { status: 500, ...internalErrorText } };
  const rows = [...refusalCodes, 'internal_error' as const].map((code) => {
    const { status } = all[code];
    const { title, cure } = all[code][language];
    return `<dt id="${code}"><code>${code}</code> (${status})</dt><dd>${title}<br>${cure}</dd>`;
  });
  res.send(
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>shimebi: errors</title></head><body><h1>Errors</h1><dl>${rows.join('')}</dl></body></html>`,
  );
};
