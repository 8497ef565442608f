import type { SafeEvent } from './sanitise-event.js';
import type { SafeMutation } from './sanitise-mutation.js';

// rrweb takes a dialog's `open` away where the page had closed it. A modal dialog stays in the top layer then, and would be
// modal still when it is opened again otherwise.

/** Whether a dialog may have been closed by it. */
export function mayLeaveDialog({ data }: Pick<SafeEvent, 'data'>): boolean {
  const { attributes } = data as Partial<SafeMutation>;
  return attributes?.some((change) => change.attributes['open'] === null) ?? false;
}

/** Really closes the dialogs that are not open and modal nevertheless. */
export function closeLeftDialogs(document: Document | null): void {
  for (const dialog of document?.querySelectorAll<HTMLDialogElement>('dialog:modal:not([open])') ?? []) {
    dialog.setAttribute('open', '');
    dialog.close();
  }
}
