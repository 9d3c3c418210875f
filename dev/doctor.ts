import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freeMb, makeRoom, NEEDED_MB } from './services/disk';
import { holderOf, isFree } from './services/ports';
import { nativeDir } from './services/postgres';
import { askVersion, dataVersion, keepOrStartAfresh, MIN_POSTGRES, POSTGRES_MAJOR } from './services/postgres-version';
import { type SetupError } from './services/progress';
import { PORTS, STATE_DIR } from './services/stack';
import { askNamespace, NAMESPACE } from './services/temporal';
import { cacheDir, findTemporal, MIN_SERVER, obstacles, tooOld } from './services/temporal-binary';

/** The result of a check. `blocks`: the engine cannot run. `note`: the engine can run, but the user should know `text`. */
type Finding = { level: 'ok' | 'note' | 'blocks'; text: string; fix?: string };
type Check = { name: string; run: () => Promise<Finding> | Finding };

const ROOT = resolve(__dirname, '..');
const NEEDED_NODE = [20, 19];

const ok = (text: string): Finding => ({ level: 'ok', text });
const note = (text: string, fix?: string): Finding => ({ level: 'note', text, fix });
const blocks = (text: string, fix: string): Finding => ({ level: 'blocks', text, fix });

const checks: Check[] = [
  { name: 'Node.js', run: node },
  { name: 'Packages', run: packages },
  { name: 'Prisma client', run: prismaClient },
  { name: 'Fonts', run: fonts },
  { name: 'Time zones', run: timeZones },
  { name: 'Disk', run: disk },
  { name: 'PostgreSQL', run: postgres },
  { name: 'Temporal', run: temporal },
  ...Object.values(PORTS).map(({ name, port, variable }) => ({
    name: `Port ${Number(process.env[variable]) || port}`,
    run: () => portCheck(name, Number(process.env[variable]) || port, variable),
  })),
];

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > NEEDED_NODE[0]! || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1]!);
  return enough
    ? ok(process.versions.node)
    : blocks(process.versions.node, `install Node.js ${NEEDED_NODE.join('.')} or later`);
}

function packages(): Finding {
  const declared = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const wanted = Object.keys(declared.dependencies);
  const missing = wanted.filter((name) => !existsSync(join(ROOT, 'node_modules', name)));
  return missing.length === 0 ? ok(`${wanted.length} installed`) : blocks(`missing: ${missing.join(', ')}`, 'npm ci');
}

function prismaClient(): Finding {
  return existsSync(join(ROOT, 'generated', 'prisma', 'client.ts'))
    ? ok('generated')
    : blocks('not generated', 'npm run generate');
}

function fonts(): Finding {
  const wanted = ['@expo-google-fonts/biz-udpgothic', '@expo-google-fonts/noto-sans-jp'];
  const hasFont = (folder: string): boolean =>
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith('.ttf'));
  const missing = wanted.filter((name) => !hasFont(join(ROOT, 'node_modules', name)));
  return missing.length === 0 ? ok('BIZ UDPGothic, Noto Sans JP') : blocks(`no TTF in ${missing.join(', ')}`, 'npm ci');
}

function timeZones(): Finding {
  const noon = new Date('2026-10-05T03:00:00Z');
  const hour = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Tokyo', hour: 'numeric', hourCycle: 'h23' }).format(
    noon,
  );
  if (hour !== '12')
    return blocks(
      'Asia/Tokyo is not known to this Node.js',
      'use a Node.js with full ICU (the official builds have it)',
    );
  return ok(
    `Asia/Tokyo known; this machine's ${process.env.TZ ?? Intl.DateTimeFormat().resolvedOptions().timeZone} is not used`,
  );
}

function disk(): Finding {
  // When root runs the engine, PostgreSQL's data folder may be a link to another volume (services/postgres.ts).
  const free = Math.min(freeMb(STATE_DIR), freeMb(join(STATE_DIR, 'postgres')));
  return free < NEEDED_MB
    ? blocks(`${free} MB free for data`, makeRoom(STATE_DIR))
    : ok(`${(free / 1_000).toFixed(1)} GB free for data`);
}

async function postgres(): Promise<Finding> {
  const url = process.env.DATABASE_URL;
  if (url) {
    try {
      const version = await askVersion(url, 3_000);
      if (parseInt(version) < MIN_POSTGRES)
        return blocks(
          `DATABASE_URL is PostgreSQL ${version}`,
          `upgrade it to ${MIN_POSTGRES} or later, or unset DATABASE_URL to use the embedded one`,
        );
      return ok(`DATABASE_URL answers: ${version}`);
    } catch (error) {
      return blocks(
        `DATABASE_URL does not answer: ${(error as Error).message || String(error)}`,
        'start it, or unset DATABASE_URL to use the embedded one',
      );
    }
  }
  try {
    nativeDir();
  } catch (error) {
    return blocks((error as SetupError).message.split('\n')[0]!, 'npm ci without --omit=optional, or set DATABASE_URL');
  }
  const folder = join(STATE_DIR, 'postgres');
  const found = dataVersion(folder);
  if (found === undefined) return ok(`embedded ${POSTGRES_MAJOR}, no data yet`);
  if (found === POSTGRES_MAJOR) return ok(`embedded ${POSTGRES_MAJOR}, data in ${folder}`);
  return blocks(
    `data in ${folder} were made by PostgreSQL ${found}, not ${POSTGRES_MAJOR}`,
    keepOrStartAfresh(folder, found),
  );
}

async function temporal(): Promise<Finding> {
  const address = process.env.TEMPORAL_ADDRESS;
  if (address) {
    try {
      const version = await askNamespace(address, 3_000);
      if (tooOld(version))
        return blocks(
          `TEMPORAL_ADDRESS is server ${version}`,
          `upgrade it to ${MIN_SERVER} or later, or unset TEMPORAL_ADDRESS`,
        );
      return ok(`TEMPORAL_ADDRESS answers: server ${version}`);
    } catch {
      return blocks(
        `nothing with the namespace "${NAMESPACE}" answers at TEMPORAL_ADDRESS ${address}`,
        'start it, or unset TEMPORAL_ADDRESS to use a dev server',
      );
    }
  }
  const skipped: string[] = [];
  try {
    const binary = findTemporal((reason) => skipped.push(reason));
    if (binary) return ok([`server ${binary.serverVersion} from ${binary.path}`, ...skipped].join('; '));
  } catch (error) {
    return blocks((error as SetupError).message, 'correct or unset TEMPORAL_CLI_PATH');
  }
  const missing = skipped.length > 0 ? skipped.join('; ') : 'not installed yet';
  const why = await obstacles();
  if (why.length > 0)
    return blocks(
      `${missing}, and it cannot be obtained: ${why.join('; ')}`,
      'install https://docs.temporal.io/cli (PATH or TEMPORAL_CLI_PATH), make room or name a folder with room in SHIMEBI_CACHE, or set TEMPORAL_ADDRESS',
    );
  return note(
    missing,
    `the first start downloads it, or builds it with Go (2–3 minutes), into ${cacheDir()}; or install https://docs.temporal.io/cli`,
  );
}

async function portCheck(name: string, port: number, variable: string): Promise<Finding> {
  if (variable === 'POSTGRES_PORT' && process.env.DATABASE_URL) return ok(`not needed (${name}: DATABASE_URL)`);
  if (variable.startsWith('TEMPORAL_') && process.env.TEMPORAL_ADDRESS)
    return ok(`not needed (${name}: TEMPORAL_ADDRESS)`);
  if (await isFree(port)) return ok(`free for ${name}`);
  return blocks(
    `wanted by ${name}, taken by ${holderOf(port) ?? 'another program'}`,
    `end it, or set ${variable} to another port`,
  );
}

async function main(): Promise<void> {
  const signs = { ok: '✓', note: '·', blocks: '✗' };
  let blocked = 0;
  for (const { name, run } of checks) {
    const { level, text, fix } = await run();
    if (level === 'blocks') blocked += 1;
    console.log(`${signs[level]} ${name.padEnd(14)} ${text}${fix ? `\n  ${' '.repeat(14)} → ${fix}` : ''}`);
  }
  console.log(
    blocked === 0
      ? '\nReady: npm run demo'
      : `\n${blocked} ${blocked === 1 ? 'thing stands' : 'things stand'} in the way.`,
  );
  process.exitCode = blocked === 0 ? 0 : 1;
}

void main();
