import type { Rule } from 'eslint';
import { incidentKinds } from '../../domain/incidents';
import { eventTypes } from '../../workflows/contracts/events';
import { storeDayScheduleId, workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';

type Build = (...parts: never[]) => string;
type Group = { [name: string]: Build | Group };

/** A character that stands for each variable part of a key. No real key contains it. */
const PART = '\u0000';
/** The most variable parts that a key has. */
const MOST_PARTS = 8;

/**
 * The beginnings of all keys up to their first variable part, e.g. `np-txn/` or `pay_`. They come from calls of the functions
 * that build keys, so a new function is covered without a change here. Some keys begin with a kind of event or incident, so each
 * kind is added.
 */
export const heads: readonly string[] = [
  ...new Set([
    ...headsOf({ ...keys, workflow: workflowIds, schedule: storeDayScheduleId }),
    ...[...eventTypes, ...Object.keys(incidentKinds)].map((kind) => `${kind}/`),
  ]),
].filter((head) => head !== '');

function headsOf(group: Group): string[] {
  return Object.values(group).flatMap((member) =>
    typeof member === 'function'
      ? [member(...(Array(MOST_PARTS).fill(PART) as never[])).split(PART)[0]!]
      : headsOf(member),
  );
}

/** Matches SQL that concatenates a text containing a slash and another value: `'news/' || n.event_id`. */
const JOINED_IN_SQL = /'[^']*\/[^']*'\s*\|\||\|\|\s*'[^']*\/[^']*'/;

/** Reports a workflow id or a business key that is built outside `workflows/contracts/`. */
export const businessKeys: Rule.RuleModule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      built: '`{{head}}…` is a workflow id or business key: build it with a function of workflows/contracts/.',
      joined:
        'A business key in SQL is built with keyFrom(keys.…(…), …), from a function of workflows/contracts/keys.ts.',
    },
  },
  create(context) {
    function check(node: Rule.Node, text: string): void {
      const head = heads.find((each) => text.startsWith(each));
      if (head !== undefined) context.report({ node, messageId: 'built', data: { head } });
    }
    return {
      TemplateLiteral(node) {
        const { quasis, expressions } = node;
        if (node.parent.type === 'TaggedTemplateExpression') {
          const text = quasis.map((quasi) => quasi.value.raw).join('?');
          if (JOINED_IN_SQL.test(text)) context.report({ node, messageId: 'joined' });
        } else if (expressions.length > 0) check(node, quasis[0]!.value.raw);
      },
      BinaryExpression(node) {
        const { operator, left } = node;
        if (operator === '+' && left.type === 'Literal' && typeof left.value === 'string') check(node, left.value);
      },
    };
  },
};
