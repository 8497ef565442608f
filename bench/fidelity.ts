import { build } from '../scripts/built.js';
import { startProduct } from '../tests/e2e/product.js';
import { walk, type Comparison } from '../tests/e2e/fidelity/moments.js';
import { RandomUser } from '../tests/e2e/fidelity/random-user.js';
import { replayedFluxion, replayedStrangers } from '../tests/e2e/fidelity/replayed.js';
import { ONE_OF_EACH_KIND, STRANGERS } from '../tests/e2e/fidelity/strangers/strangers.js';
import { round, type Bench, type Figure } from './figures.js';

type Counted = Pick<Comparison, 'facts' | 'differing'>;

/** Of all that can be said of a page and of its replay, how much differs: in Fluxion, and in pages that nobody here wrote. */
export const fidelity: Bench = {
  prefix: 'fidelity.mismatchPercent',
  keys: ['fidelity.strangersMismatchPercent'],
  async run({ short, log }) {
    await build();
    const product = await startProduct();
    try {
      const ours: Counted[] = [];
      for (const seed of short ? [1] : [1, 2, 3, 4]) {
        const page = await product.openFluxion();
        const moments = await walk(page, new RandomUser(page, seed), short ? 2 : 25, `seed ${String(seed)}`);
        // Whatever is open is in the way of the button.
        for (let press = 0; press < 3; press += 1) await page.keyboard.press('Escape');
        ours.push(await replayedFluxion(product, page, moments));
        log(`seed ${String(seed)}: ${text(ours.slice(-1))}`);
      }
      const chosen = short ? ONE_OF_EACH_KIND.slice(-1) : STRANGERS;
      const strangers = await replayedStrangers(product, chosen, short ? 1 : 25);
      const theirs: Counted[] = [];
      for (const stranger of chosen) {
        theirs.push(await strangers.compare(stranger));
        log(`${stranger.name}: ${text(theirs.slice(-1))}`);
      }
      await strangers.close();
      return [
        figure('fidelity.mismatchPercent', ours, 0.1, 'the live page, Fluxion'),
        figure('fidelity.strangersMismatchPercent', theirs, 1, `the live pages of ${String(chosen.length)} packages`),
      ];
    } finally {
      await product.close();
    }
  },
};

function figure(key: string, counted: readonly Counted[], atMost: number, peer: string): Figure {
  return { key, value: percentOf(counted), atMost, unit: '%', ours: text(counted), peer };
}

function percentOf(counted: readonly Counted[]): number {
  return (100 * sum(counted, 'differing')) / sum(counted, 'facts');
}

function text(counted: readonly Counted[]): string {
  return `${String(sum(counted, 'differing'))} of ${String(sum(counted, 'facts'))} facts differ (${String(round(percentOf(counted)))} %)`;
}

function sum(counted: readonly Counted[], name: keyof Counted): number {
  return counted.reduce((total, one) => total + one[name], 0);
}
