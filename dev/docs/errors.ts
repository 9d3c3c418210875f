import { internalProblem } from '../../api/lib/problems';
import { type RefusalCode, refusalCodes, refusalTexts } from '../../domain/refusal-codes';

/**
 * The sections of docs/errors.md, one per HTTP status. In a section each refusal code has a heading, to which the `type` of an
 * API problem links.
 */
const statuses = {
  400: 'Malformed: correct the request',
  401: 'The caller is not known',
  403: 'The caller may not do this',
  404: 'Not in this store',
  405: 'Not with this method',
  409: 'Not now, in this state',
  422: 'Well-formed, but against a rule',
  429: 'Too often',
} as const satisfies Record<(typeof refusalTexts)[RefusalCode]['status'], string>;

const HEAD = `# Errors エラー

Every refusal of the API is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem (\`application/problem+json\`). It has \`type\`, \`title\` (what is
wrong), \`detail\` (what to do), \`status\`, \`code\`, \`request_id\` and \`errors\`: one entry for each wrong member of the request, with a JSON
\`pointer\`. If a request is refused for several different reasons, its code is \`invalid_request\`, and each entry of \`errors\` has its own code. The texts are
Japanese, or English with \`Accept-Language: en\`. Programs decide by \`code\`, which is stable. A malformed request is refused before anything is written.
A command that a workflow refuses changes nothing.

\`detail\` に対処方法、\`errors\` に項目ごとの理由（JSON Pointer付き）が入ります。プログラムは変わることのない \`code\` で判断してください。形式の誤ったリクエストは何も書き込まれる前に拒否されます。

The running API serves the same texts at \`/docs/errors\`. \`npm run docs\` makes this page from [domain/refusal-codes.ts](../domain/refusal-codes.ts).`;

/** The text of docs/errors.md. */
export function renderErrors(): string {
  const { en, ja } = { en: internal('en'), ja: internal('ja') };
  const sections = Object.entries(statuses).flatMap(([status, title]) => [
    `## ${status} ${title}`,
    ...refusalCodes
      .filter((code) => refusalTexts[code].status === Number(status))
      .map((code) => entry(code, refusalTexts[code])),
  ]);
  return `${[HEAD, ...sections, '## 500 Our fault', entry('internal_error', { en, ja })].join('\n\n')}\n`;
}

function entry(code: string, { en, ja }: Record<'en' | 'ja', { title: string; cure: string }>): string {
  return `### ${code}\n\n- ${en.title} ${en.cure}\n- ${ja.title}${ja.cure}`;
}

function internal(language: 'en' | 'ja'): { title: string; cure: string } {
  const { title, detail } = internalProblem({ language, requestId: '', publicUrl: '' });
  return { title, cure: detail };
}
