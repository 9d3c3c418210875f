import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { SetupError } from './progress';

/** A port on which nothing listens now. The system does not give out the same port again soon. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export async function isFree(port: number): Promise<boolean> {
  // Both are tried: on some systems 127.0.0.1 can be listened on although another program listens on all addresses.
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, undefined));
}

function canListen(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** @throws SetupError naming each port that is taken, by whom, and the variable that chooses another */
export async function requireFree(wanted: { name: string; port: number; variable: string }[]): Promise<void> {
  const problems: string[] = [];
  for (const { name, port, variable } of wanted) {
    if (await isFree(port)) continue;
    const other = await freePort();
    problems.push(
      `Port ${port} (${name}) is taken by ${holderOf(port) ?? 'another program'}. End it, or choose another: ${variable}=${other}`,
    );
  }
  if (problems.length > 0) throw new SetupError(problems.join('\n'));
}

/** The program that listens on a port, as "node (pid 123)". Undefined when this user may not see it. */
export function holderOf(port: number): string | undefined {
  return process.platform === 'linux' ? holderFromProc(port) : holderFromLsof(port);
}

function holderFromProc(port: number): string | undefined {
  const LISTEN = '0A';
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const row of read(table).split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
      if (local?.endsWith(suffix) && state === LISTEN) sockets.add(`socket:[${inode}]`);
    }
  }
  for (const pid of list('/proc').filter((entry) => /^\d+$/.test(entry))) {
    for (const fd of list(`/proc/${pid}/fd`)) {
      if (sockets.has(link(`/proc/${pid}/fd/${fd}`))) return `${read(`/proc/${pid}/comm`).trim()} (pid ${pid})`;
    }
  }
  return undefined;
}

function holderFromLsof(port: number): string | undefined {
  try {
    const rows = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pid = /^p(\d+)/m.exec(rows)?.[1];
    return pid ? `${/^c(.*)/m.exec(rows)?.[1] ?? 'a program'} (pid ${pid})` : undefined;
  } catch {
    return undefined;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
