import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** /proc/<pid>/stat counts CPU time in ticks. A second has 100 of them (the kernel's USER_HZ) wherever Node runs. */
const TICKS_PER_SECOND = 100;

interface Process {
  pid: number;
  parent: number;
  command: string;
  /** User and system time of all threads, and of the child processes that have ended. */
  seconds: number;
}

/** CPU seconds so far of this process and of each of its descendants, by pid and command line. Empty where there is no /proc. */
export function cpuOfPrograms(): Map<string, number> {
  const all = existsSync('/proc/self/stat') ? readdirSync('/proc').flatMap((name) => read(name) ?? []) : [];
  const ours = new Set([process.pid]);
  // Repeated until nothing is added: pids wrap around, so a parent may come after its child in the list.
  for (let before = 0; before < ours.size;) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  return new Map(all.flatMap(({ pid, command, seconds }) => (ours.has(pid) ? [[`${pid} ${command}`, seconds]] : [])));
}

function read(name: string): Process | null {
  if (!/^\d+$/.test(name)) return null;
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    // The second field is the program's name in brackets, and may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const times = fields.slice(11, 15).map(Number);
    return {
      pid: Number(name),
      parent: Number(fields[1]),
      command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' '),
      seconds: times.reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND,
    };
  } catch {
    return null; // the process has ended meanwhile
  }
}
