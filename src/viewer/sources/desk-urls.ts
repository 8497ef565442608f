/** Where the desk at `baseUrl` (with its slash) says what a report is, and how its conversation goes on after an entry. */
export function reportUrl(baseUrl: string, id: string, after?: string): string {
  const url = new URL(`api/reports/${encodeURIComponent(id)}`, baseUrl);
  if (after !== undefined) url.searchParams.set('after', after);
  return url.href;
}

/** Where a picture that a technician has kept is. */
export function pictureUrl(baseUrl: string, id: string, picture: string): string {
  return `${reportUrl(baseUrl, id)}/pictures/${encodeURIComponent(picture)}`;
}

/** Where a part is read from, by Range. */
export function partUrl(baseUrl: string, id: string, part: number): string {
  return `${reportUrl(baseUrl, id)}/parts/${part}`;
}
