import { expect } from 'vitest';
import { testRecorded, type Recorded } from '../vectors/recorded/recorded-tests.js';

const urls: Record<string, string> = import.meta.glob('../vectors/recorded/*/**/*.fluxrec', {
  query: '?url',
  import: 'default',
  eager: true,
});
const read: Record<string, () => Promise<unknown>> = import.meta.glob('../vectors/recorded/*/*.json', {
  import: 'default',
});

const recorded = Object.entries(urls).map(([path, url]): Recorded => {
  const [version = '', ...rest] = path.replace('../vectors/recorded/', '').replace('.fluxrec', '').split('/');
  const name = `${version}/${rest.length > 1 ? 'report-part-' : ''}${rest.at(-1) ?? ''}`;
  return {
    name,
    bytes: async () => new Uint8Array(await (await fetch(url)).arrayBuffer()),
    read: () => read[`../vectors/recorded/${name}.json`]?.() ?? Promise.reject(new Error(`${name} was never read`)),
  };
});
expect(recorded.length).toBeGreaterThan(0);

testRecorded(recorded);
