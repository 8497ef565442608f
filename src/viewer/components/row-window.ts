// Which rows of a long list are in view. All rows have one height, so that half a million of them cost no measuring.

/** Browsers lay out no taller element reliably: Firefox ends at 17.8 million px, Chromium at 33.5. */
const MAX_HEIGHT_PX = 15_000_000;
/** Rows beyond the view on both sides, so that a quick scroll shows no hole. */
const OVERSCAN = 8;

export interface ListBox {
  readonly count: number;
  readonly rowPx: number;
  readonly viewportPx: number;
}

export interface RowWindow {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
  /** Where the first row stands in the scrolled element. */
  readonly topPx: number;
}

/** Height of the scrolled element. Beyond the limit it is shorter than its rows, and a pixel of it is more than one. */
export function scrolledHeight({ count, rowPx }: ListBox): number {
  return Math.min(count * rowPx, MAX_HEIGHT_PX);
}

function scale(box: ListBox): number {
  const scrollPx = scrolledHeight(box) - box.viewportPx;
  const rowsPx = box.count * box.rowPx - box.viewportPx;
  return scrollPx <= 0 || rowsPx <= 0 ? 1 : rowsPx / scrollPx;
}

export function rowsInView(box: ListBox, scrollTop: number): RowWindow {
  const rowsTop = scrollTop * scale(box);
  const first = Math.max(0, Math.floor(rowsTop / box.rowPx) - OVERSCAN);
  const end = Math.min(box.count, Math.ceil((rowsTop + box.viewportPx) / box.rowPx) + OVERSCAN);
  return { first: Math.min(first, end), end, topPx: scrollTop - rowsTop + first * box.rowPx };
}

/** Index of the row under a point that is `viewportY` px below the top of the view; -1 below the last row. */
export function rowAt(box: ListBox, scrollTop: number, viewportY: number): number {
  const index = Math.floor((scrollTop * scale(box) + viewportY) / box.rowPx);
  return index >= 0 && index < box.count ? index : -1;
}

/**
 * The scrollTop at which a row is in view with `marginRows` around it; undefined when it is already. A row that is far
 * away comes to the middle, a near one just in.
 */
export function scrollTopFor(box: ListBox, scrollTop: number, index: number, marginRows: number): number | undefined {
  if (index < 0 || index >= box.count || box.viewportPx <= 0) return undefined;
  const rowsTop = scrollTop * scale(box);
  const rowTop = index * box.rowPx;
  const marginPx = Math.min(marginRows * box.rowPx, Math.max(0, (box.viewportPx - box.rowPx) / 2));
  const highest = rowTop - marginPx;
  const lowest = rowTop + box.rowPx + marginPx - box.viewportPx;
  if (rowsTop <= highest && rowsTop >= lowest) return undefined;
  const nearest = rowsTop > highest ? highest : lowest;
  const target = Math.abs(nearest - rowsTop) > box.viewportPx ? rowTop - (box.viewportPx - box.rowPx) / 2 : nearest;
  const bounded = Math.min(Math.max(0, target), Math.max(0, box.count * box.rowPx - box.viewportPx));
  return Math.abs(bounded - rowsTop) < 0.5 ? undefined : bounded / scale(box);
}
