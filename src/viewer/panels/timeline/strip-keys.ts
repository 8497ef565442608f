import type { Playback } from '../../state/playback.svelte.js';
import { SMALL_STEP_MS, STEP_MS } from '../../state/report-shortcuts.js';
import type { Strip } from '../../state/strip.svelte.js';

/** What each key does on the timeline (ARIA's pattern of a slider), and zooming. */
export function stripKeys(
  strip: Strip,
  playback: Playback,
  isSmall: boolean,
): Readonly<Record<string, (() => void) | undefined>> {
  const stepMs = isSmall ? SMALL_STEP_MS : STEP_MS;
  const pageMs = (playback.endMs - playback.startMs) / 10;
  const by = (deltaMs: number) => (): void => {
    playback.seekBy(deltaMs);
  };
  return {
    ArrowLeft: by(-stepMs),
    ArrowDown: by(-stepMs),
    ArrowRight: by(stepMs),
    ArrowUp: by(stepMs),
    PageDown: by(-pageMs),
    PageUp: by(pageMs),
    Home: () => {
      playback.seek(playback.startMs);
    },
    End: () => {
      playback.seek(playback.endMs);
    },
    '+': () => {
      strip.zoom(0.5, playback.ms);
    },
    '-': () => {
      strip.zoom(2, playback.ms);
    },
  };
}
