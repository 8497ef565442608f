import type { View } from '../state/panel-state.svelte.js';

/** Replaced, not pushed: the steps of a frame would become steps of the app's own Back button. */
export function goToView(view: View): void {
  location.replace(`#${view}`);
}
