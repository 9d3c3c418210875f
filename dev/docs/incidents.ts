import { type IncidentKind, incidentKinds, incidentText } from '../../domain/incidents';
import { table } from './table';

const HEAD = `# Incidents 要対応事項

An incident is a step that failed for good, or something that a person has to look at. \`GET /v1/incidents?status=open\` lists them. Business
refusals are not incidents. [Operations](operations.md#incidents-and-repair) says how to decide on one. \`npm run docs\` makes this page from
[domain/incidents.ts](../domain/incidents.ts).`;

const STEPS = `## Steps that failed for good

The workflow waits in \`repair\` until somebody decides: \`retry\`, \`skip\`, or \`resolve_as\` with a result named here. Other decisions are
refused (\`repair_not_possible\`). Other orders, buyers and chunks go on meanwhile.`;

const LOOK = `## To be looked at

Nothing waits for these. A person closes one with \`resolve_as\` and a text of their own, or with \`retry\` where the table says so. The engine closes
some ("by itself") when their cause is gone.`;

/** The text of docs/incidents.md. */
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
