const ACTIVE = ':active-view-transition';
/** A server that renders the page loads this module as well. */
const isPage = typeof document !== 'undefined';
const isKnown = isPage && CSS.supports(`selector(${ACTIVE})`);
/** Of one that a document does not tell of, only its animations do. */
const mayBeUntold = isPage && (!isKnown || 'startViewTransition' in Element.prototype);

/**
 * Whether a document shows pictures of what it was a moment ago, over what it is: they stand still, fade and move as the elements, which
 * may be gone, do not.
 */
export function isInViewTransition(document: Document): boolean {
  // Undefined in a document that is just being opened.
  const root = document.documentElement as Element | null;
  if (isKnown && root?.matches(ACTIVE) === true) return true;
  return mayBeUntold && document.getAnimations().some(isOfTransition);
}

function isOfTransition({ effect }: Animation): boolean {
  return (effect as KeyframeEffect | null)?.pseudoElement?.startsWith('::view-transition') === true;
}
