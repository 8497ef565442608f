/** One figure of a bench: ours beside its peer's, measured in the same run. */
export interface Figure {
  /** What programs read, e.g. `record.scriptRatio`. */
  readonly key: string;
  readonly value: number;
  /** What it should reach; `undefined` for figures that only explain. */
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly unit: string;
  /** The measured numbers behind it, in words. */
  readonly ours: string;
  readonly peer: string;
}

export interface Bench {
  /** What its keys begin with. */
  readonly prefix: string;
  /** What else they begin with. */
  readonly keys?: readonly string[];
  run(options: BenchOptions): Promise<readonly Figure[]>;
}

export interface BenchOptions {
  /** A short form for CI: proves that the bench works; its figures are noise. */
  readonly short: boolean;
  readonly log: (text: string) => void;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}

function aimOf({ value, atMost, atLeast }: Figure): string {
  if (atMost !== undefined) return `≤ ${String(atMost)} ${value <= atMost ? 'reached' : 'MISSED'}`;
  return atLeast === undefined ? '' : `≥ ${String(atLeast)} ${value >= atLeast ? 'reached' : 'MISSED'}`;
}

export function table(figures: readonly Figure[]): string {
  const rows = [
    ['figure', 'value', 'aim', 'ours', 'peer'],
    ...figures.map((figure) => [
      figure.key,
      `${String(round(figure.value))}${figure.unit === '' ? '' : ` ${figure.unit}`}`,
      aimOf(figure),
      figure.ours,
      figure.peer,
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
