import { MaskedValues, type MaskedValue } from '../../shared/privacy/masked-values.js';
import { createScrubber, type Scrubber } from '../../shared/privacy/scrubber.js';
import type { LaneEvent } from '../../shared/session/lane.js';

/**
 * What people typed into masked fields of the windows, so that the host's own lanes do not hold it either: an app's process
 * logs what it is sent. The values live in memory only.
 */
export class HostMasking {
  readonly #values = new MaskedValues();
  readonly #scrubber = createScrubber(this.#values);

  /** Rises whenever there is something new to look for. */
  get revision(): number {
    return this.#values.revision;
  }

  /** From now on these values are taken out. Answers a scrubber of the new ones alone, for lines that stand already. */
  add(values: readonly MaskedValue[]): Scrubber | undefined {
    const fresh = new MaskedValues();
    for (const { value, kind, follows } of values) {
      if (this.#values.add(value, kind, follows).length > 0) fresh.add(value, kind);
    }
    return fresh.revision === 0 ? undefined : createScrubber(fresh, 'values-only');
  }

  /** One event as a line of JSON, its line end included. */
  write(event: LaneEvent): string {
    return maskLine(this.#scrubber, `${JSON.stringify(event)}\n`);
  }

  /** Any other text that is about to leave the machine. */
  text(text: string): string {
    return this.#scrubber.text(text);
  }

  /** Lines of JSON, as `write` would write them now. */
  rewrite(lines: string): string {
    return maskLines(this.#scrubber, lines);
  }
}

/** Lines of JSON without what the scrubber looks for. What is no JSON (a line that was cut short) goes where it is suspect. */
export function maskLines(scrubber: Scrubber, lines: string): string {
  if (!scrubber.mayHold(lines)) return lines;
  return lines
    .split(/(?<=\n)/)
    .map((line) => maskLine(scrubber, line))
    .join('');
}

function maskLine(scrubber: Scrubber, line: string): string {
  if (!scrubber.mayHold(line)) return line;
  try {
    return `${JSON.stringify(scrubber.event(JSON.parse(line) as LaneEvent))}\n`;
  } catch {
    return '';
  }
}
