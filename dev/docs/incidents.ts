import { type IncidentKind, incidentKinds, incidentText } from '../../domain/incidents';
import { table } from './table';

const HEAD = `# Incidents 要対応事項

What failed for good, or what a person has to look at: \`GET /v1/incidents?status=open\`. Business refusals are none. How to decide on one is in
[operations](operations.md#incidents-and-repair). This page is made by \`npm run docs\` from [domain/incidents.ts](../domain/incidents.ts).`;

const STEPS = `## Steps that failed for good

The workflow waits in \`repair\` until somebody decides by \`retry\`, \`skip\`, or \`resolve_as\` with a result named here; other ways are refused
(\`repair_not_possible\`). The others of its kind go on.`;

const LOOK = `## To be looked at

Nothing waits for these. They are closed by \`resolve_as\` in words of one's own, where it says so by \`retry\`, or by the engine once their cause is
gone.`;

/** docs/incidents.md */
export function renderIncidents(): string {
  const kinds = Object.keys(incidentKinds) as IncidentKind[];
  const isStep = (kind: IncidentKind) => incidentText(kind).step !== undefined;
  const sections = [
    HEAD,
    STEPS,
    table(['kind', 'owner', 'means', 'do', 'retry', 'skip, resolve_as'], kinds.filter(isStep).map(stepRow)),
    LOOK,
    table(['kind', 'owner', 'means', 'do', 'ends'], kinds.filter((kind) => !isStep(kind)).map(lookRow)),
  ];
  return `${sections.join('\n\n')}\n`;
}

function stepRow(kind: IncidentKind): string[] {
  const { step = {} } = incidentText(kind);
  const results = Object.entries(step.resolveAs ?? {}).map(([result, effect]) => `\`${result}\`: ${effect}`);
  const rest = [...(step.skip ? [`skip: ${step.skip}`] : []), ...results];
  return [...about(kind), step.retry ?? '', rest.join('<br>')];
}

function lookRow(kind: IncidentKind): string[] {
  const { again, closesItself } = incidentText(kind);
  const ends = [...(again ? [`\`retry\`: ${again}`] : []), ...(closesItself ? ['by itself'] : []), '`resolve_as`'];
  return [...about(kind), ends.join('<br>')];
}

function about(kind: IncidentKind): string[] {
  const { owner, ja, means, cure } = incidentText(kind);
  return [`\`${kind}\`<br>${ja}`, owner, means, cure];
}
