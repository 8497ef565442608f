import { statfs } from 'node:fs/promises';
import {
  arch,
  availableParallelism,
  cpus,
  freemem,
  loadavg,
  networkInterfaces,
  platform,
  release,
  totalmem,
  uptime,
  version,
} from 'node:os';
import { sizeWords } from '../../../../shared/commands/words.js';
import { defineCommand, type Command } from '../command.js';

export interface SystemInfoOptions {
  readonly app: { readonly name: string; readonly version: string };
  /** The disk that the app writes to is the one that this folder is on. */
  readonly dataDir: string;
  readonly session: { readonly id: string; readonly startedMs: number };
}

type Fact = readonly [name: string, value: string];

export function systemInfoCommand(options: SystemInfoOptions): Command {
  return defineCommand({
    name: 'get-system-info',
    title: 'Look at the computer’s state',
    summary: 'Sends versions, processor, memory, disk space, time zone and whether there is a network.',
    parameters: {},
    timeLimitMs: 15_000,
    effect: () => [
      'Sends the versions of the system and of the app, the kind of processor, how much memory and disk space is free, the time zone, and what kinds of network there are to support.',
      'It names no person, no computer, no file and no address. Nothing on this computer is changed.',
    ],
    dryRun: async () => (await systemFacts(options)).map(([name, value]) => `${name}: ${value}`),
    async run(_values, { write }) {
      const facts = await systemFacts(options);
      const width = Math.max(...facts.map(([name]) => name.length));
      for (const [name, value] of facts) write(`${name.padEnd(width)}  ${value}`);
      return { summary: `${platform()} ${release()}, ${sizeWords(freemem())} of memory free` };
    },
  });
}

async function systemFacts({ app, dataDir, session }: SystemInfoOptions): Promise<Fact[]> {
  const [cpu] = cpus();
  const memory = process.memoryUsage();
  const { timeZone, locale } = Intl.DateTimeFormat().resolvedOptions();
  return [
    ['App', `${app.name} ${app.version}`],
    ['System', `${platform()} ${release()} ${arch()}`],
    ['System version', version()],
    ['Runtime', `Node ${process.versions.node}, V8 ${process.versions.v8}`],
    ['Processor', `${cpu?.model.trim() ?? 'unknown'}, ${availableParallelism()} threads`],
    // Windows has no load average: all zeros there.
    [
      'Load (1, 5, 15 min)',
      loadavg()
        .map((load) => load.toFixed(2))
        .join(', '),
    ],
    ['Memory', `${sizeWords(freemem())} free of ${sizeWords(totalmem())}`],
    ['Memory of the app’s process', `${sizeWords(memory.rss)}, of it ${sizeWords(memory.heapUsed)} JavaScript heap`],
    ['Disk of the app’s data', await diskWords(dataDir)],
    ['System is up for', hours(uptime())],
    ['App’s process is up for', hours(process.uptime())],
    ['Session', `${session.id}, since ${new Date(session.startedMs).toISOString()}`],
    ['Clock', `${new Date().toISOString()}, ${timeZone}`],
    ['Language', locale],
    ['Network', networkWords()],
  ];
}

async function diskWords(folder: string): Promise<string> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return `${sizeWords(bavail * bsize)} free of ${sizeWords(blocks * bsize)}`;
  } catch {
    return 'unknown'; // Some network file systems do not tell.
  }
}

function hours(seconds: number): string {
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** Kinds and numbers, no names and no addresses: those tell where somebody is. */
function networkWords(): string {
  const outward = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal);
  const count = (family: string): number => outward.filter((address) => address.family === family).length;
  return outward.length === 0 ? 'not connected' : `${count('IPv4')} IPv4 and ${count('IPv6')} IPv6 addresses`;
}
