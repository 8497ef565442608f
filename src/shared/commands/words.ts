import type { Parameter, ParameterValue } from './parameters.js';

// Values in people's words. The host says them to the customer in the customer's own time zone, the viewer to the technician.

/** `23 Nov 2026, 14:02:10`, in this machine's time zone. */
export function instantWords(wallMs: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }).format(wallMs);
}

/** `from A to B`, `since A`, `until B`, or nothing where both are open. */
export function stretchWords(sinceMs: number | undefined, untilMs: number | undefined): string {
  if (sinceMs === undefined) return untilMs === undefined ? '' : `until ${instantWords(untilMs)}`;
  return untilMs === undefined
    ? `since ${instantWords(sinceMs)}`
    : `from ${instantWords(sinceMs)} to ${instantWords(untilMs)}`;
}

export function sizeWords(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;
  let [size, unit] = [bytes, 0];
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** A value as a person reads it; what its form would show. */
export function valueWords(parameter: Parameter, value: ParameterValue | undefined): string {
  if (value === undefined) return 'not set';
  switch (parameter.type) {
    case 'number':
      return parameter.unit === undefined ? String(value) : `${String(value)} ${parameter.unit}`;
    case 'text':
      return value === '' ? 'empty' : String(value);
    case 'switch':
      return value === true ? 'yes' : 'no';
    case 'instant':
      return typeof value === 'number' ? instantWords(value) : String(value);
    case 'choice':
    case 'choices': {
      const chosen: readonly string[] = Array.isArray(value) ? (value as readonly string[]) : [String(value)];
      const labels = chosen.map((one) => parameter.options.find((option) => option.value === one)?.label ?? one);
      return labels.length === 0 ? 'none' : listWords(labels);
    }
  }
}
