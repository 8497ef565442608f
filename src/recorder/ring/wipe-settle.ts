/**
 * By when the browser has deleted the files of wiped rows, while it goes on running and recording. Measured in Chromium
 * 156: about two seconds after the last reader of a row is gone, later while the database is busy.
 */
export const WIPE_SETTLE_MS = 15_000;
