/** Where the desk at `baseUrl` (with its slash) says what a report is. */
export function reportUrl(baseUrl: string, id: string): string {
  return new URL(`api/reports/${encodeURIComponent(id)}`, baseUrl).href;
}

/** Where a part is read from, by Range. */
export function partUrl(baseUrl: string, id: string, part: number): string {
  return `${reportUrl(baseUrl, id)}/parts/${part}`;
}
