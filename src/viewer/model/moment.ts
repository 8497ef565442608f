/** What a link to a moment says: report time, and the window that was looked at. */
export interface Moment {
  readonly ms: number;
  readonly window?: string;
}

/** `t=12345` or `t=12345&w=w1`, to stand behind the `?` of a route. Whole milliseconds: a link is read out, too. */
export function formatMoment(moment: Moment): string {
  const query = new URLSearchParams({ t: String(Math.round(moment.ms)) });
  if (moment.window !== undefined) query.set('w', moment.window);
  return query.toString();
}

/** Undefined when there is no moment in it, or none that can be understood. */
export function parseMoment(query: string): Moment | undefined {
  const parameters = new URLSearchParams(query);
  const text = parameters.get('t');
  if (text === null || !/^-?\d{1,15}$/.test(text)) return undefined;
  const window = parameters.get('w');
  return { ms: Number(text), ...(window === null || window.length > 200 ? {} : { window }) };
}

/** Report time for people: `1:02:03.4`, from the start of what is shown. */
export function formatReportTime(ms: number): string {
  const sign = ms < 0 ? '−' : '';
  const tenths = Math.floor(Math.abs(ms) / 100);
  const seconds = Math.floor(tenths / 10);
  const hours = Math.floor(seconds / 3600);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60) % 60;
  const clock = hours > 0 ? `${hours}:${pad(minutes)}` : String(minutes);
  return `${sign}${clock}:${pad(seconds % 60)}.${tenths % 10}`;
}
