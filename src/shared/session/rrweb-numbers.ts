// rrweb's numbers for its events and for what they tell (EventType, IncrementalSource, MouseInteractions and PointerTypes of @rrweb/types).
// They are part of the bundle format and do not change.

/** Types of events. */
export const FULL_SNAPSHOT = 2;
export const INCREMENTAL = 3;
export const META = 4;

/** Sources of incremental events. */
export const MUTATION = 0;
export const MOUSE_MOVE = 1;
export const MOUSE_INTERACTION = 2;
export const SCROLL = 3;
export const VIEWPORT_RESIZE = 4;
export const INPUT = 5;
export const TOUCH_MOVE = 6;
export const STYLE_SHEET_RULE = 8;
export const DRAG = 12;
export const STYLE_DECLARATION = 13;
export const SELECTION = 14;
export const ADOPTED_STYLE_SHEET = 15;

/** Mouse interactions. */
export const FOCUS = 5;
export const BLUR = 6;

/** A type of pointer. */
export const MOUSE = 0;
