import type { WorkflowType } from '../../workflows/contracts/ids';

/** A change of workflow code that running workflows would not survive, as it slips in by a refactoring. */
export interface Edit {
  says: string;
  /** The types whose recorded lives must find it out; at least one history of each does. */
  types: WorkflowType[];
  /** Of the bundle: modules are objects with long names there, members and locals keep theirs. */
  from: RegExp;
  to: string;
}

const IN = /(\w+)/.source;

/** Ten of them, one of each way to change what a workflow asks of the server, and in which order. */
export const edits: Edit[] = [
  {
    says: 'a step put in another’s place',
    types: ['order'],
    from: /\bbook\.orderFacts\(/g,
    to: 'book.resumeOrder(',
  },
  {
    says: 'two steps swapped',
    types: ['monthlyClose'],
    from: /= await (\w+)\.bulk\.freezePeriod\(this\.fact\)\);(\s*)await this\.draft\(\);/g,
    to: '= (await this.draft(), await $1.bulk.freezePeriod(this.fact)));$2',
  },
  {
    says: 'a step left out',
    types: ['directDebit'],
    from: new RegExp(`await ${IN}\\.book\\.remindForm\\(`, 'g'),
    to: '(() => {})(',
  },
  {
    says: 'a step made twice',
    types: ['storeDay'],
    from: new RegExp(`await ${IN}\\.bulk\\.workStoreDays\\(`, 'g'),
    to: 'await $1.bulk.workStoreDays({}), await $1.bulk.workStoreDays(',
  },
  {
    says: 'an activity renamed',
    types: ['periodOpen'],
    from: /\.registerPeriodChunk\(/g,
    to: '.registerMonthChunk(',
  },
  {
    says: 'a local activity made a regular one',
    types: ['account', 'order', 'debitRun', 'directDebit'],
    from: /return await local\[step\]\(input\)/g,
    to: 'return await regular[step](input)',
  },
  {
    says: 'a pause before the end',
    types: ['cardCollection', 'debitRun'],
    from: /async end\(\) \{([\s\S]*?)\(0,(\w+)\.workflowInfo\)/,
    to: 'async end() { await (0,$2.sleep)(1000);$1(0,$2.workflowInfo)',
  },
  {
    says: 'a signal nobody listens to any more',
    types: ['monthlyClose'],
    from: /life\.hear\('billsIssued', [\w.]+\);/g,
    to: '',
  },
  {
    says: 'a condition turned round',
    types: ['order'],
    from: /if \(cleared !== 'passed'\)/g,
    to: "if (cleared === 'passed')",
  },
  {
    says: 'search attributes no longer told',
    types: ['order', 'account', 'directDebit', 'monthlyClose'],
    from: /\(0,\w+\.upsertSearchAttributes\)\(\[/g,
    to: '((_) => {})([',
  },
];
