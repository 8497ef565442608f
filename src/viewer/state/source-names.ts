import type { ReportIndex } from '../sources/session-source.js';

/** What a source is called in lists: its window's title, or what it is. Two of one name are numbered. */
export function sourceNames(index: Pick<ReportIndex, 'sources'>): ReadonlyMap<string, string> {
  const windows = new Map<string, string>();
  const names = new Map<string, string>();
  const used = new Map<string, number>();
  const unique = (name: string): string => {
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  };
  for (const source of index.sources) {
    if (source.kind === 'host') {
      names.set(source.key, 'Host process');
      continue;
    }
    // All documents that one window loaded share its name.
    const window = source.window ?? source.key;
    const title = source.title?.trim() ?? '';
    const name = windows.get(window) ?? unique(title === '' ? 'Window' : title);
    windows.set(window, name);
    names.set(source.key, name);
  }
  return names;
}
