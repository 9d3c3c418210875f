import { findCardNumber } from '../../../domain/order/card-number';
import { type Reason, pointer } from '../problems';

/**
 * Names of members that hold ids, in which 14 to 16 digits are not taken for a card number. Below `metadata`, a caller chooses
 * the names, so members with these names are checked there.
 */
const ID_MEMBERS = new Set([
  'id',
  'key',
  'source_key',
  'invoice_number',
  'registration_number',
  'account_id',
  'billing_destination_id',
  'customer_number',
  'plan_id',
  'invoice_id',
]);

/** Matches half of a UTF-16 surrogate pair. It is not a character, and PostgreSQL does not accept it in JSON. */
const HALF = /\p{Surrogate}/u;

/** The deepest nesting that is accepted. Bodies of this API nest at most 4 deep; a very deep body could overflow the stack. */
const DEEPEST = 16;

/**
 * Finds content that no body may have: a card number in any text or number, and NUL and halves of characters, which PostgreSQL
 * cannot store. This check runs before the schema, whose messages could repeat such content.
 */
export function forbiddenContent(body: unknown): Reason[] {
  const reasons: Reason[] = [];
  const look = (text: string, path: readonly PropertyKey[], exempt: boolean) => {
    if (text.includes('\u0000')) reasons.push({ code: 'invalid_request', field: pointer(path), detail: 'U+0000' });
    if (HALF.test(text))
      reasons.push({ code: 'invalid_request', field: pointer(path), detail: 'half of a surrogate pair' });
    if (!exempt && findCardNumber(text)) reasons.push({ code: 'card_number_in_text', field: pointer(path) });
  };
  const visit = (value: unknown, path: readonly PropertyKey[], exempt: boolean): void => {
    if (path.length > DEEPEST) reasons.push({ code: 'invalid_request', field: pointer(path) });
    else if (typeof value === 'string' || typeof value === 'number') look(String(value), path, exempt);
    else if (Array.isArray(value)) value.forEach((item, i) => visit(item, [...path, i], exempt));
    else if (typeof value === 'object' && value !== null)
      for (const [name, item] of Object.entries(value)) {
        // A forbidden name is reported at its parent, so that the answer's pointer does not repeat it.
        if (findCardNumber(name) || HALF.test(name)) look(name, path, false);
        else visit(item, [...path, name], ID_MEMBERS.has(name) && path[0] !== 'metadata');
      }
  };
  visit(body, [], false);
  return reasons;
}
