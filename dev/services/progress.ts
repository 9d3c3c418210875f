/** Prints the step that is running, while it runs, and how long it took. */
export interface Progress {
  /** Runs `work` under a title. `note` adds a detail to the line while it runs. Rejects when `work` rejects. */
  step<T>(title: string, work: (note: (detail: string) => void) => Promise<T>): Promise<T>;
  line(text: string): void;
}

/** When the output is no terminal, the title of a running step is printed after a second, and again every ten seconds. */
const QUIET_MS = 1_000;
const REMINDER_MS = 10_000;

/** @param stream where to print: standard error when standard output is reserved for `--json` */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  const live = stream.isTTY;
  const active = new Map<object, { title: string; detail: string; since: number; reminded: number }>();
  let painter: NodeJS.Timeout | undefined;

  const elapsed = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
  const describe = (step: { title: string; detail: string; since: number }) =>
    `${step.title} … ${elapsed(step.since)}${step.detail ? ` (${step.detail})` : ''}`;
  const clear = () => live && stream.write('\r\x1b[2K');
  const paint = () => {
    if (live) {
      const text = [...active.values()].map(describe).join(', ');
      stream.write(`\r\x1b[2K${text.slice(0, (stream.columns || 120) - 1)}`);
      return;
    }
    for (const step of active.values()) {
      const dueAfter = step.reminded === 0 ? QUIET_MS : REMINDER_MS;
      if (performance.now() - (step.reminded || step.since) < dueAfter) continue;
      stream.write(`${step.reminded === 0 ? `${step.title} …` : describe(step)}\n`);
      step.reminded = performance.now();
    }
  };
  const line = (text: string) => {
    clear();
    stream.write(`${text}\n`);
    if (live && active.size > 0) paint();
  };

  return {
    line,
    async step(title, work) {
      const key = {};
      const step = { title, detail: '', since: performance.now(), reminded: 0 };
      active.set(key, step);
      painter ??= setInterval(paint, live ? 100 : 500);
      let done = false;
      try {
        const result = await work((detail) => void (step.detail = detail));
        done = true;
        return result;
      } finally {
        active.delete(key);
        if (active.size === 0) {
          clearInterval(painter);
          painter = undefined;
        }
        line(`${title} … ${elapsed(step.since)}${done ? '' : ' failed'}`);
      }
    },
  };
}

/** A progress that prints nothing, for tests and for restarts of a killed server, of which only failures matter. */
export const silent: Progress = { step: (_title, work) => work(() => {}), line: () => {} };

/** A failure that the user can fix. Its message says everything, so it is printed without a stack trace. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
