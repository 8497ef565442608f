// The desk as a process: `--help` tells its flags.
import { FluxionError } from '../shared/errors.js';
import { readArguments } from './arguments.js';
import type { DeskOptions } from './options.js';
import { startDesk } from './server.js';

async function serve(options: DeskOptions): Promise<void> {
  const desk = await startDesk(options);
  console.log(`Open the desk, signed in: ${desk.link()}`);
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(1); // Asked twice: at once.
      isStopping = true;
      void desk.close().then(() => process.exit(0));
    });
  }
}

async function configureCors({ s3 }: DeskOptions, origins: readonly string[]): Promise<void> {
  if (s3 === undefined) return;
  const { allowOrigins } = await import('../store/s3/open-s3.js');
  await allowOrigins(s3, origins);
  console.log(`The bucket ${s3.bucket} can be read by the viewer at ${origins.join(', ')}.`);
}

try {
  const { desk, corsOrigins } = readArguments();
  await (corsOrigins.length > 0 ? configureCors(desk, corsOrigins) : serve(desk));
} catch (error) {
  console.error(error instanceof FluxionError ? error.message : error);
  process.exitCode = 1;
}
