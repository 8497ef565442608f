import type { ReportIndex, SegmentRef } from '../sources/session-source.js';

/** One video file of the screen lane, and where it is what there was to see. */
export interface ScreenFile {
  readonly segment: SegmentRef;
  /** `ReplayWindow.key` of the window that recorded it. */
  readonly window: string;
  readonly startMs: number;
  /** Its last frame holds until then. */
  readonly untilMs: number;
}

/** Files that are no further apart follow each other: between them lies the time that a cut takes. */
const BRIDGE_MS = 1000;

/** The video files of a report, ascending in time, those of one window without overlaps. */
export function screenFiles(index: ReportIndex): ScreenFile[] {
  const windows = new Map(index.sources.map((source) => [source.key, source.window ?? source.key]));
  const byWindow = new Map<string, ScreenFile[]>();
  for (const segment of index.lanes.get('screen') ?? []) {
    const window = windows.get(segment.source) ?? segment.source;
    const files = byWindow.get(window) ?? [];
    byWindow.set(window, files);
    files.push({ segment, window, startMs: segment.startMs, untilMs: segment.endMs });
  }
  const all = [...byWindow.values()].flatMap((files) =>
    files.map((file, position): ScreenFile => {
      const next = files[position + 1];
      if (next === undefined || next.startMs - file.untilMs > BRIDGE_MS) return { ...file, untilMs: file.untilMs + 1 };
      return { ...file, untilMs: next.startMs };
    }),
  );
  return all.sort((a, b) => a.startMs - b.startMs || a.segment.ordinal - b.segment.ordinal);
}

/** The file that shows a moment: of this window, if it has one. */
export function screenFileAt(
  files: readonly ScreenFile[],
  ms: number,
  window: string | undefined,
): ScreenFile | undefined {
  const showing = files.filter((file) => file.startMs <= ms && ms < file.untilMs);
  return showing.find((file) => file.window === window) ?? showing.at(-1);
}

/** The next file after a moment, of whichever window. */
export function nextScreenFile(files: readonly ScreenFile[], ms: number): ScreenFile | undefined {
  return files.find((file) => file.startMs > ms);
}
