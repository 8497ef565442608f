import type { LiveEvent } from '../../../shared/session/live-event.js';
import type { IconName } from '../../components/icons.js';

const ICONS: Readonly<Record<LiveEvent['kind'], IconName>> = {
  recording: 'live',
  with: 'phone',
  grant: 'key',
  chat: 'comment',
  doing: 'action',
  quality: 'network',
  video: 'window',
  command: 'command',
};

export function iconOf({ kind }: LiveEvent): IconName {
  return ICONS[kind];
}

/** Who said a message; undefined for what nobody said. */
export function speakerOf(event: LiveEvent): string | undefined {
  if (event.kind !== 'chat') return undefined;
  return event.from === 'customer' ? 'Customer' : 'Technician';
}

/** What people said and decided, which stands out from how the connection was. */
export function isTalk({ kind }: LiveEvent): boolean {
  return kind === 'chat' || kind === 'grant' || kind === 'command' || kind === 'recording';
}

/** Name and value of what an event knows beside its sentence. */
export function factsOf(event: LiveEvent): readonly (readonly [name: string, value: string | number | undefined])[] {
  switch (event.kind) {
    case 'grant':
      return [
        ['Grant', event.what],
        ['Why', event.why],
      ];
    case 'with':
      return [
        ['Name', event.name],
        ['Organisation', event.organisation],
        ['Known by', event.isVerified ? 'their key, which the organisation has signed' : 'what they call themselves'],
      ];
    case 'quality':
      return [
        ['Round trip', event.roundTripMs === undefined ? undefined : `${Math.round(event.roundTripMs)} ms`],
        ['Lost', event.lossRatio === undefined ? undefined : `${Math.round(event.lossRatio * 1000) / 10} %`],
        ['Route', event.route],
      ];
    case 'command':
      return [['Command', event.command]];
    case 'recording':
      return [['Paired by', event.way]];
    case 'chat':
    case 'doing':
    case 'video':
      return [];
  }
}
