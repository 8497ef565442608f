import type { Announcer } from './announcer.svelte.js';
import type { ReportPage } from './report-page.svelte.js';
import type { ShortcutGroup } from './shortcuts.svelte.js';

/** Jumps of the arrow keys. */
export const STEP_MS = 5_000;
export const SMALL_STEP_MS = 1_000;

/** What the keyboard does on a report's page. */
export function reportShortcuts(page: ReportPage, announcer: Pick<Announcer, 'say' | 'copy'>): ShortcutGroup {
  const playback = page.report.contents?.playback;
  const fault = (direction: 1 | -1): void => {
    const found = page.report.seekFault(direction);
    if (found === undefined) announcer.say(direction === 1 ? 'No later error' : 'No earlier error');
  };
  return {
    title: 'Report',
    shortcuts: [
      { keys: [' '], label: 'Play or pause', run: () => playback?.toggle() },
      { keys: ['ArrowLeft'], label: '5 seconds back', run: () => playback?.seekBy(-STEP_MS) },
      { keys: ['ArrowRight'], label: '5 seconds forward', run: () => playback?.seekBy(STEP_MS) },
      { keys: ['Shift+ArrowLeft'], label: '1 second back', run: () => playback?.seekBy(-SMALL_STEP_MS) },
      { keys: ['Shift+ArrowRight'], label: '1 second forward', run: () => playback?.seekBy(SMALL_STEP_MS) },
      {
        keys: ['j'],
        label: 'Next error',
        run: () => {
          fault(1);
        },
      },
      {
        keys: ['k'],
        label: 'Previous error',
        run: () => {
          fault(-1);
        },
      },
      { keys: [']'], label: 'Faster', run: () => playback?.changeSpeed(1) },
      { keys: ['['], label: 'Slower', run: () => playback?.changeSpeed(-1) },
      { keys: ['s'], label: 'Skip inactivity, or not', run: () => playback?.setSkipsInactive(!playback.skipsInactive) },
      ...(page.screen.hasVideo
        ? [
            {
              keys: ['v'],
              label: 'Page, video beside it, over it, or alone',
              run: () => {
                page.screen.turn();
              },
            },
          ]
        : []),
      ...(page.desk === undefined
        ? []
        : [
            {
              keys: ['c'],
              label: 'Comment on this moment',
              run: () => {
                page.commentAt(playback?.ms ?? 0);
              },
            },
            {
              keys: ['l'],
              label: 'Copy a link to this moment',
              run: () => void announcer.copy(page.linkTo(playback?.ms ?? 0), 'Link to this moment copied'),
            },
          ]),
      {
        keys: page.panels.names.map((_, at) => String(at + 1)),
        label: 'Show a panel',
        run: (event) => {
          const name = page.panels.names[Number(event.key) - 1];
          if (name !== undefined) page.panels.show(name);
        },
      },
    ],
  };
}
