import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';

const { History } = temporal.api.history.v1;
export type IHistory = temporal.api.history.v1.IHistory;

export const HISTORIES = join(__dirname, '..', 'histories');

export interface RecordedHistory {
  /**
   * Workflow type and case, e.g. `order.hold-expired`. A workflow of several runs has one history each:
   * `order.card-resumed.run-2`.
   */
  name: string;
  type: string;
  /** The clock of its store. Only simulated stores have a workflow `clock`. */
  clock: 'real' | 'simulated';
  /** Whether it is the continuation of an earlier run. */
  continued: boolean;
  history: IHistory;
}

/** Plain JSON, with enums by name, 64-bit numbers as strings, and bytes in base64. */
export function asJson(history: IHistory): object {
  return History.toObject(History.fromObject(history), { enums: String, longs: String, bytes: String });
}

/** Every recorded history, by name. */
export function recordedHistories(): RecordedHistory[] {
  return readdirSync(HISTORIES)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -'.json'.length);
      const json = JSON.parse(readFileSync(join(HISTORIES, file), 'utf8')) as object;
      const history = History.fromObject(json);
      const started = history.events[0]!.workflowExecutionStartedEventAttributes!;
      const [input] = started.input!.payloads!.map(({ data }) => Buffer.from(data!).toString('utf8'));
      const { clock = 'simulated' } = JSON.parse(input!) as { clock?: 'real' | 'simulated' };
      const continued = Boolean(started.continuedExecutionRunId);
      return { name, type: name.split('.')[0]!, clock, continued, history };
    });
}
