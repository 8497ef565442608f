import { buildForPages, buildWorkers, checkWorkers, type CodeBuild } from './code.js';

/** The recorder as the package has it: modules that a page can load without a bundler, its workers beside them. */
export async function buildRecorder(target: CodeBuild): Promise<void> {
  await buildForPages(target, { index: 'src/recorder/entry.ts' });
  await buildWorkers(target, {
    'ring-worker': 'src/recorder/ring/ring-worker.ts',
    'screen-worker': 'src/recorder/lanes/screen/screen-worker.ts',
    'stream-worker': 'src/recorder/live/stream-worker.ts',
    'video-worker': 'src/recorder/live/video/video-worker.ts',
  });
  checkWorkers(target.outDir);
}
