import type { WebContents, WebFrameMain } from 'electron';
import type { StandInSession } from './session.js';
import type { CaptureAsked } from './worlds/messages.js';

/** The asking frame's own picture, another one, or nothing. */
export type DisplayMediaAnswer = 'own' | 'other' | 'nothing';

type Decide = (isGranted: boolean) => void;
type AskPermission = (contents: WebContents, permission: string, decide: Decide, details: object) => void;

/** What the session's display media handler answers. */
export function answerDisplayMedia(
  session: StandInSession,
  frame: WebFrameMain,
  { hasGesture, hasVideo, hasSound }: CaptureAsked,
): Promise<DisplayMediaAnswer> {
  return new Promise((resolve, reject) => {
    const { displayMedia } = session;
    if (displayMedia === null) {
      resolve('nothing');
      return;
    }
    let answers = 0;
    const asked = { frame, securityOrigin: frame.origin, videoRequested: hasVideo, audioRequested: hasSound };
    displayMedia({ ...asked, userGesture: hasGesture }, (streams) => {
      answers += 1;
      if (answers > 1) reject(new Error('The callback of a display media request can be called only once'));
      resolve(streams === null ? 'nothing' : streams.video === frame ? 'own' : 'other');
    });
  });
}

/** Whether a page may have its own picture, in Electron's order: may it ask at all, and what is it given. */
export async function mayCapture(
  contents: WebContents,
  session: StandInSession,
  frame: WebFrameMain,
  asks: CaptureAsked,
): Promise<boolean> {
  const mayAsk = await new Promise<boolean>((resolve) => {
    const ask = session.request as AskPermission | null;
    if (ask === null) resolve(true);
    else ask(contents, 'display-capture', resolve, { requestingUrl: frame.url, isMainFrame: frame.parent === null });
  });
  if (!mayAsk) return false;
  const answer = await answerDisplayMedia(session, frame, asks);
  if (answer === 'other') throw new Error('stand-in: only the picture of the page that asks is implemented');
  return answer === 'own';
}
