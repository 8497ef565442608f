/** Of Electron's `BrowserWindow`, what is asked about. */
interface WindowLike {
  isVisible(): boolean;
  isMinimized(): boolean;
}

/**
 * The window that the customer has before them. Never one that the app keeps hidden, for work or in the tray: what belongs to such a window is
 * as little to be seen as it is.
 */
export function windowInUse<W extends WindowLike>(windows: {
  getFocusedWindow(): W | null;
  getAllWindows(): W[];
}): W | undefined {
  return (
    windows.getFocusedWindow() ?? windows.getAllWindows().find((window) => window.isVisible() && !window.isMinimized())
  );
}
