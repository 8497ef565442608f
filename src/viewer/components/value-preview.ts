const PREVIEW_LENGTH = 80;
const MAX_STRING = 20_000;

/** What is inside of an object or an array, by key; undefined for a value that has no inside. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (Array.isArray(value)) return value.map((child: unknown, index) => [String(index), child] as const);
  if (typeof value === 'object' && value !== null) return Object.entries(value);
  return undefined;
}

/** A value in one line: all of a plain one, a glimpse of what has an inside. */
export function previewOf(value: unknown): string {
  if (typeof value === 'string') return value.length > MAX_STRING ? `${value.slice(0, MAX_STRING)}…` : value;
  const entries = entriesOf(value);
  if (entries === undefined) return JSON.stringify(value);
  const isArray = Array.isArray(value);
  let text = '';
  for (const [key, child] of entries) {
    const inside = entriesOf(child);
    const short = inside === undefined ? glimpse(child) : Array.isArray(child) ? '[…]' : '{…}';
    const piece = isArray ? short : `${key}: ${short}`;
    if (text.length + piece.length > PREVIEW_LENGTH) {
      text += text === '' ? '…' : ', …';
      break;
    }
    text += text === '' ? piece : `, ${piece}`;
  }
  return isArray ? `(${entries.length}) [${text}]` : `{${text}}`;
}

function glimpse(value: unknown): string {
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, 40) : value);
  return typeof value === 'string' && value.length > 40 ? `${text.slice(0, -1)}…"` : text;
}
