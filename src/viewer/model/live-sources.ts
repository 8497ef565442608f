/** As the publisher names them: a document of a window, or a run of the host process. See docs/live-protocol.md, "Streams". */
const WINDOW = /^w(\d+)-\d+$/;
const HOST = /^host-\d+$/;

/**
 * What the sources of a live console are called in a list, in the order in which they were heard. `shown`: the one whose picture is
 * seen. Two of one name are numbered: a window that loaded another page, a host process that was started again.
 */
export function liveSourceNames(sources: readonly string[], shown: string | undefined): ReadonlyMap<string, string> {
  const shownWindow = windowOf(shown ?? '');
  const used = new Map<string, number>();
  return new Map(
    sources.map((source) => {
      const name = nameOf(source);
      const count = (used.get(name) ?? 0) + 1;
      used.set(name, count);
      const isShown = shownWindow !== undefined && windowOf(source) === shownWindow;
      return [source, `${name}${count === 1 ? '' : ` (${count})`}${isShown ? ', the one you see' : ''}`];
    }),
  );
}

function windowOf(source: string): string | undefined {
  return WINDOW.exec(source)?.[1];
}

function nameOf(source: string): string {
  if (HOST.test(source)) return 'Host process';
  const window = windowOf(source);
  return window === undefined ? source : `Window ${window}`;
}
