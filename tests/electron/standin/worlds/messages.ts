// The words between the process, the preload's world and the page's own world.

/** From the preload's world to the process. */
export type ToProcess =
  | { readonly type: 'invoke'; readonly id: number; readonly channel: string; readonly values: readonly unknown[] }
  | ({ readonly type: 'display-media'; readonly id: number } & CaptureAsked);

/** A page's `getDisplayMedia`, as its main process hears of it. */
export interface CaptureAsked {
  readonly hasGesture: boolean;
  readonly hasVideo: boolean;
  readonly hasSound: boolean;
}

/** From the process to the preload's world. */
export type ToPreload =
  | { readonly type: 'event'; readonly channel: string; readonly values: readonly unknown[] }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly message: string };

/** The binding, and the function, by which process and preload's world speak; the page's own world has neither. */
export const SEND = '__standinSend';
export const RECEIVE = '__standinReceive';
export const PRELOAD_WORLD = 'electron-preload';

/** Stands for a function or a promise of the other world. */
export interface Handle {
  readonly $function?: number;
  readonly $promise?: number;
}

/** DOM events between the two worlds of a page; Chromium clones their details. */
export const EXPOSE = 'standin:expose';
/** A function of the preload's world is called by the page, which reads the answer from the event `ANSWER + call`. */
export const CALL = 'standin:call';
export const ANSWER = 'standin:answer:';
/** A promise of the preload's world has settled: `SETTLED + promise`. */
export const SETTLED = 'standin:settled:';
/** A function of the page is called by the preload's world. */
export const CALL_PAGE = 'standin:call-page';
/** The page asks for a picture, and reads from the event `CAPTURE_ANSWER + call` whether it may have its own. */
export const CAPTURE = 'standin:capture';
export const CAPTURE_ANSWER = 'standin:capture-answer:';
