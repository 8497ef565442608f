import type { App, WebContents } from 'electron';

/** Tells what happened to the app's processes: an error's name and a sentence, for the host's error lane. */
export type TellProcessError = (name: string, message: string) => void;

/** Nothing of a window's title or address: they are the page's, and masked there. */
function windowOf({ id }: WebContents): string {
  return `The page of window ${id}`;
}

/** Watches from now on, every window that comes too. The app's own listeners see all of it as before. */
export function watchProcesses(app: App, tell: TellProcessError): void {
  app.on('render-process-gone', (_event, contents, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    tell('RenderProcessGone', `${windowOf(contents)} lost its process: ${reason} (exit code ${exitCode}).`);
  });
  app.on('child-process-gone', (_event, { type, name, reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    tell('ChildProcessGone', `A process of the app (${name ?? type}) is gone: ${reason} (exit code ${exitCode}).`);
  });
  app.on('web-contents-created', (_event, contents) => {
    contents.on('preload-error', (_preloadEvent, _path, error) => {
      tell('PreloadError', `${windowOf(contents)} has a preload script that failed: ${error.name}: ${error.message}`);
    });
    let hungSinceMs: number | undefined;
    contents.on('unresponsive', () => {
      hungSinceMs ??= Date.now();
      tell('Unresponsive', `${windowOf(contents)} does not respond.`);
    });
    contents.on('responsive', () => {
      if (hungSinceMs === undefined) return;
      const seconds = Math.round((Date.now() - hungSinceMs) / 1000);
      hungSinceMs = undefined;
      tell('Responsive', `${windowOf(contents)} responds again, after ${seconds} s.`);
    });
  });
}
