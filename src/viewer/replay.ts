// The public entry `fluxion-recorder/viewer`: the replay surface alone, without the technician's app. The customer's panel
// plays a draft with it.
export { openPreview, type Preview, type PreviewOptions } from './replay/preview.js';
export { ReplayDirector, type ReplayDirectorOptions, type ReplayState } from './replay/director.js';
export { ReplaySurface, type PreparedScreen, type ReplaySurfaceOptions, type ShowResult } from './replay/surface.js';
export type { LineList } from './model/items.js';
export type { ScreenShown } from './replay/screen-player.js';
export { ReplayError } from './replay/replay-error.js';
export { PlaybackClock, SPEEDS, driveClock, type ClockChange, type Speed } from './model/playback-clock.js';
