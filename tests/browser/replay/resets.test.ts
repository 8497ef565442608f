import { afterEach, describe, expect, it } from 'vitest';
import { LaneReplay } from './lane-replay.js';

// A form that is reset holds again what its markup says.

/** What fields hold, by length where that is masked, and what is ticked or selected. */
function heldIn(document: Document): string {
  const fields = document.querySelectorAll<HTMLInputElement>('main input, main textarea');
  const held = [...fields].map(({ type, value, checked }) =>
    type === 'checkbox' || type === 'radio' ? String(checked) : String(value.length),
  );
  return [...held, ...[...document.querySelectorAll('select')].map((select) => select.selectedIndex)].join(' ');
}

const FORM = `<form><input value="Oslo"><textarea>Bergen</textarea><input type="checkbox"><input type="radio" name="r" checked>
  <input type="radio" name="r"><select><option>A<option>B</select></form>`;

let pair = new LaneReplay(heldIn);

afterEach(() => {
  pair.close();
  pair = new LaneReplay(heldIn);
});

function form(): HTMLFormElement {
  const element = document.querySelector('form');
  if (element === null) throw new Error('There is no form.');
  return element;
}

/** As a person does. */
function fill(): void {
  for (const element of form().elements) {
    if (element instanceof HTMLSelectElement) element.selectedIndex = 1;
    else if (element instanceof HTMLInputElement && element.type === 'checkbox') element.checked = true;
    else if (element instanceof HTMLInputElement && element.type === 'radio') element.checked = true;
    else if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) element.value = 'Trondheim';
    element.dispatchEvent(new Event('input', { bubbles: true }));
    element.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

describe.each(['jumps', 'goes on'] as const)('in a replay that %s', (way) => {
  it('fields hold what they held before and after a reset, and when they are filled in with the same again', async () => {
    const moments = await pair.record(FORM, () => undefined, [
      fill,
      () => {
        form().reset();
      },
      fill,
      () => {
        form().addEventListener('reset', (event) => {
          event.preventDefault();
        });
        form().reset();
      },
    ]);
    const [empty, filled] = ['4 6 false true false 0', '9 9 true false true 1'];
    expect(moments.map(({ seen }) => seen)).toEqual([empty, filled, empty, filled, filled]);
    expect(await pair.replay(moments, way)).toEqual(moments);
    const text = JSON.stringify(pair.lane.domEvents);
    expect(text).not.toContain('Trondheim');
    expect(pair.lane.faults).toEqual([]);
  });
});
