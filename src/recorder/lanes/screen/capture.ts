import type { ScreenSurface } from '../../../shared/protocol/host.js';
import { ScreenError } from './errors.js';

/** Of a larger window the video shows less detail. */
const MAX_SIDE_PX = 1920;
/** The two rates are one to the eye: changing from one to the other makes the capture give a frame although nothing moved. */
const FRAME_RATES = [5, 4.9] as const;

// Newer than TypeScript's library: https://www.w3.org/TR/capture-handle-identity/ and the options of getDisplayMedia.
interface CaptureHandleConfig {
  readonly handle?: string;
  readonly permittedOrigins?: readonly string[];
}
interface CaptureHandleDevices {
  setCaptureHandleConfig?(config: CaptureHandleConfig): void;
}
interface CaptureHandleTrack {
  getCaptureHandle?(): { readonly handle?: string } | null;
}
interface NewerOptions extends DisplayMediaStreamOptions {
  readonly preferCurrentTab?: boolean;
  readonly selfBrowserSurface?: 'include' | 'exclude';
  readonly surfaceSwitching?: 'include' | 'exclude';
  readonly systemAudio?: 'include' | 'exclude';
  readonly monitorTypeSurfaces?: 'include' | 'exclude';
}

export interface Capture {
  readonly track: MediaStreamTrack;
  /** It shows this very page: what the page masks can be painted over. */
  readonly isOwn: boolean;
}

export function canCapture(): boolean {
  const devices = (navigator as { readonly mediaDevices?: Partial<MediaDevices> }).mediaDevices;
  return (
    typeof devices?.getDisplayMedia === 'function' && 'MediaStreamTrackProcessor' in window && 'VideoEncoder' in window
  );
}

/**
 * Asks for the picture of a surface, right after a gesture. The customer's choice is the browser's to ask for; what was chosen is
 * made sure of here. Rejects with a ScreenError.
 */
export async function askForCapture(surface: ScreenSurface): Promise<Capture> {
  const devices: MediaDevices & CaptureHandleDevices = navigator.mediaDevices;
  const handle = crypto.randomUUID();
  // Only this page carries the handle: a track that shows it shows this page.
  const isMarked = mark(devices, { handle, permittedOrigins: [location.origin] });
  if (!isMarked && surface === 'app') throw new ScreenError('screen-unsupported');
  try {
    const stream = await devices.getDisplayMedia(optionsFor(surface));
    const track = stream.getVideoTracks()[0];
    if (track === undefined) throw new ScreenError('screen-unsupported');
    const isOwn = (track as CaptureHandleTrack).getCaptureHandle?.()?.handle === handle;
    if (isOwn || surface === 'screen') return { track, isOwn };
    track.stop();
    throw new ScreenError('screen-not-own');
  } catch (error) {
    if (error instanceof ScreenError) throw error;
    throw new ScreenError('screen-denied', { cause: error });
  } finally {
    if (isMarked) mark(devices, {});
  }
}

/** A document inside of another one may not be marked. */
function mark(devices: CaptureHandleDevices, config: CaptureHandleConfig): boolean {
  try {
    devices.setCaptureHandleConfig?.(config);
    return devices.setCaptureHandleConfig !== undefined;
  } catch {
    return false;
  }
}

function optionsFor(surface: ScreenSurface): NewerOptions {
  const video: MediaTrackConstraints = {
    frameRate: { max: FRAME_RATES[0] },
    width: { max: MAX_SIDE_PX },
    height: { max: MAX_SIDE_PX },
  };
  const common = { audio: false, systemAudio: 'exclude', surfaceSwitching: 'exclude' } as const;
  return surface === 'app'
    ? { ...common, video, preferCurrentTab: true, selfBrowserSurface: 'include' }
    : { ...common, video: { ...video, displaySurface: 'monitor' }, monitorTypeSurfaces: 'include' };
}

/** Makes the capture give one frame of what there is to see now. */
export async function refresh(track: MediaStreamTrack): Promise<void> {
  const [usual, other] = FRAME_RATES;
  const { frameRate } = track.getConstraints();
  const current = typeof frameRate === 'object' ? frameRate.max : undefined;
  await track.applyConstraints({
    ...track.getConstraints(),
    frameRate: { max: current === usual ? other : usual },
  });
}
