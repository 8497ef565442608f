/**
 * Of a `select` rrweb writes the value. Where that does not say which options are selected, an input event in the dom lane also has
 * `selected`: the indexes of the selected options, at most so many. More than any person selects.
 */
export const MAX_SELECTED_OPTIONS = 10_000;
