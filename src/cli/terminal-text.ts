// What would steer a terminal or turn text around: control characters (C0, DEL, C1), line and paragraph separators, marks
// and overrides of direction, characters without width, and halves of surrogate pairs.
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/gu;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A stranger's text on one line of a terminal. What could do anything there is shown as its escape. */
export function terminalText(text: string, maxLength = 200): string {
  const characters = Array.from(text);
  const cut = characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join('')}…` : text;
  return cut.replace(UNSAFE, escaped);
}

/** JSON that a terminal may show: the same value, every such character as its escape. */
export function terminalJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(UNSAFE, (character) =>
    character === '\n' ? '\n' : escaped(character),
  );
}
