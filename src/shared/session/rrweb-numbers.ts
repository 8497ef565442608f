// rrweb's numbers for its events and for what they tell (EventType, IncrementalSource, MouseInteractions and PointerTypes of @rrweb/types).
// They are part of the bundle format and do not change.

/** Types of events. */
export const FULL_SNAPSHOT = 2;
export const INCREMENTAL = 3;
export const META = 4;

/** Sources of incremental events. */
export const MUTATION = 0;
export const MOUSE_INTERACTION = 2;
export const INPUT = 5;
export const ADOPTED_STYLE_SHEET = 15;

/** Mouse interactions. */
export const FOCUS = 5;
export const BLUR = 6;

/** A type of pointer. */
export const MOUSE = 0;
