import { fieldKind, type MaskedKind } from '../../shared/privacy/policy.js';
import { listen, type Guard } from '../page.js';
import { isField, maskedKindOf } from './fields.js';

const STORAGE_KEY = 'fluxrec-form-names';
const MAX_NAMES = 200;
const MAX_NAME_LENGTH = 100;

// A form that is sent by GET puts its values into the address of the next document, which knows nothing of the form. So
// the names of masked fields are kept for the life of the tab (their values never are), and what the address has under
// such a name is masked from the next document's first moment on.

function readNames(): string[] {
  try {
    const names: unknown = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string').slice(0, MAX_NAMES) : [];
  } catch {
    return []; // No storage, or not ours: nothing is known.
  }
}

/** Values in this document's address that an earlier one had in masked fields. */
export function valuesInAddress(address: string): { readonly value: string; readonly kind: MaskedKind }[] {
  const names = new Set(readNames());
  const { searchParams } = new URL(address);
  return [...searchParams]
    .filter(([name]) => names.has(name))
    .map(([name, value]) => ({ value, kind: fieldKind({ type: 'text', autocomplete: '', name, id: '' }) }));
}

/** Keeps the names of masked fields whenever a form is gathered up to be sent, by a person or by a script. */
export function watchFormNames(guard: Guard): () => void {
  return listen(
    window,
    'formdata',
    guard((event: Event) => {
      const form = event.composedPath()[0];
      if (!(form instanceof HTMLFormElement)) return;
      const names = new Set(readNames());
      const before = names.size;
      for (const field of form.elements) {
        const name = isField(field) && maskedKindOf(field) !== undefined ? field.name : '';
        if (name !== '' && name.length <= MAX_NAME_LENGTH && names.size < MAX_NAMES) names.add(name);
      }
      if (names.size > before) sessionStorage.setItem(STORAGE_KEY, JSON.stringify([...names]));
    }),
  );
}
