import type { Attachment } from 'svelte/attachments';

/**
 * For the heading of a step that replaces another: what had the focus is gone, so the heading takes it, which makes
 * screen readers announce the step and lets Tab go on from there.
 */
export const focusStep: Attachment<HTMLElement> = (heading) => {
  heading.tabIndex = -1;
  heading.focus({ preventScroll: false });
};
