import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';

const { History } = temporal.api.history.v1;
type IHistory = temporal.api.history.v1.IHistory;

export const HISTORIES = join(__dirname, '..', 'histories');

export interface RecordedHistory {
  /** Workflow type and case, e.g. `order.hold-expired`. */
  name: string;
  type: string;
  history: IHistory;
}

/** As plain JSON: enums by name, 64-bit numbers as strings, bytes in base64. */
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
      return { name, type: name.split('.')[0]!, history: History.fromObject(json) };
    });
}
