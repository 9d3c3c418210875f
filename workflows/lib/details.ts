import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { type Instant, addDays, dateOf, timeOf, weekdayJa } from '../../domain/calendar';
import { type WaitFor, ownerLabels, waitLabels } from '../contracts/waits';

const attributes = {
  status: defineSearchAttributeKey('Status', 'KEYWORD'),
  waitingFor: defineSearchAttributeKey('WaitingFor', 'KEYWORD'),
  owner: defineSearchAttributeKey('Owner', 'KEYWORD'),
  dueAt: defineSearchAttributeKey('DueAt', 'DATETIME'),
};

/** Shows the workflow's wait to operators in the Temporal UI: as current details in Japanese, and as search attributes. */
export function showWait(wait: WaitFor, until: Instant): void {
  // A deadline at the end of a day is 00:00 of the next day. It is shown as 24:00 of the day itself.
  const midnight = timeOf(until) === '00:00';
  const day = midnight ? addDays(dateOf(until), -1) : dateOf(until);
  setCurrentDetails(
    [
      `**状態** ${wait.status}`,
      `**待ち** ${waitLabels[wait.waitingFor]}`,
      `**期限** ${day}（${weekdayJa(day)}）${midnight ? '24:00' : timeOf(until)}`,
      `**担当** ${ownerLabels[wait.owner]}`,
    ].join('  \n'),
  );
  upsertSearchAttributes([
    { key: attributes.status, value: wait.status },
    { key: attributes.waitingFor, value: wait.waitingFor },
    { key: attributes.owner, value: wait.owner },
    { key: attributes.dueAt, value: new Date(until) },
  ]);
}
