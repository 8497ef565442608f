// Where a report lies in the store (docs/bundle-format.md, "Reports"):
//   reports/<id>/report.json                         its head, written once
//   reports/<id>/parts/<number>.fluxrec              a verified part, never changed
//   reports/<id>/parts/<number>.digest.json          what the inbox says of it; can be made again from the part
//   reports/<id>/pictures/<uuid>.png                 a picture that a technician has kept, never changed
//   reports/<id>/conversation/<atMs>-<uuid>.json     one entry, never changed
//   quarantine/<id>/<number>.fluxrec                 a part that could not be verified, for a month; nobody reads it by the desk
//   uploads/<id>-<number>.fluxrec                    a part on its way, where parts go straight to the store

export const REPORTS = 'reports/';
export const QUARANTINE = 'quarantine/';
export const UPLOADS = 'uploads/';

/** Wide enough for any date that JavaScript knows, so that the order of the keys is the order of time. */
const AT_DIGITS = 16;

export function headKey(report: string): string {
  return `${REPORTS}${report}/report.json`;
}

export function partKey(report: string, number: number): string {
  return `${REPORTS}${report}/parts/${number}.fluxrec`;
}

export function digestKey(report: string, number: number): string {
  return `${REPORTS}${report}/parts/${number}.digest.json`;
}

export function pictureKey(report: string, picture: string): string {
  return `${REPORTS}${report}/pictures/${picture}.png`;
}

export function conversationPrefix(report: string): string {
  return `${REPORTS}${report}/conversation/`;
}

export function conversationKey(report: string, entry: { readonly atMs: number; readonly id: string }): string {
  return `${conversationPrefix(report)}${String(entry.atMs).padStart(AT_DIGITS, '0')}-${entry.id}.json`;
}

/** Whether this is the key of the entry with this id. */
export function isEntryKey(key: string, id: string): boolean {
  return key.endsWith(`-${id}.json`);
}

export function quarantineKey(report: string, number: number): string {
  return `${QUARANTINE}${report}/${number}.fluxrec`;
}

/** The report that an object belongs to, and what of it the object is; undefined: none of ours. */
export function parseKey(key: string): { report: string; rest: string } | undefined {
  const [, report, rest] = /^reports\/([0-9a-f-]{36})\/(.+)$/.exec(key) ?? [];
  return report === undefined || rest === undefined ? undefined : { report, rest };
}
