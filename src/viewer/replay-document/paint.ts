/** Resolves after the browser has painted what is there now. A document that nobody sees is not painted: at once, then. */
export function nextPaint(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) {
      setTimeout(resolve, 0);
      return;
    }
    // A frame's callbacks run before its paint; a message posted from there arrives after it.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    });
  });
}
