import type { Stretch } from '../../model/activity.js';
import type { Bars } from '../../state/strip.svelte.js';

// Paths of the strip's rows: x in bars, y in px from the top. One path a row draws in a tenth of what its bars would.

const round = (value: number): string => String(Math.round(value * 10) / 10);

/** Bars that stand on the bottom of a row. Anything that happened is at least 2 px high. */
export function barPath(bars: Bars, top: number, height: number): string {
  let path = '';
  bars.forEach((share, at) => {
    if (share <= 0) return;
    const barHeight = Math.max(2, share * (height - 2));
    path += `M${at} ${top + height}V${round(top + height - barHeight)}h.8V${top + height}z`;
  });
  return path;
}

/** The same as one silhouette, for what goes on rather than happens. */
export function areaPath(bars: Bars, top: number, height: number): string {
  if (bars.length === 0) return '';
  const bottom = top + height;
  const steps = bars.map((share, at) => `L${at} ${round(bottom - share * (height - 2))}h1`);
  return `M0 ${bottom}${steps.join('')}V${bottom}z`;
}

/** Marks of the first row, at most one a bar: errors may come by the thousand. */
export function tickPath(items: readonly { readonly ms: number }[], view: Stretch, width: number): string {
  const lengthMs = view.endMs - view.startMs;
  let path = '';
  let last = -1;
  for (const { ms } of items) {
    if (ms < view.startMs || ms > view.endMs) continue;
    const at = Math.min(width - 1, Math.floor(((ms - view.startMs) / lengthMs) * width));
    if (at === last) continue;
    last = at;
    path += `M${at + 0.5} 3v8`;
  }
  return path;
}
