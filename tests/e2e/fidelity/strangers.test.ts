import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProduct, type Product } from '../product.js';
import { writeDifferences } from './differences.js';
import { replayedStrangers, type ReplayedStrangers } from './replayed.js';
import { ONE_OF_EACH_KIND, STRANGERS } from './strangers/strangers.js';

// Pages that nobody here wrote: each is recorded in a window of its own, all in one report, and compared as Fluxion is.

/** The long form: `npm run test:fidelity`. */
const LONG = process.env['FLUXREC_FIDELITY_STEPS'];
const STEPS = Number(LONG ?? 2);
/** Of all facts so many may differ, in percent. */
const MOST_PERCENT = 1;

const chosen = LONG === undefined ? ONE_OF_EACH_KIND : STRANGERS;
/** All are recorded one after the other, and a step with its moment takes some seconds on a busy machine. */
const RECORDED_WITHIN_MS = 120_000 + 10_000 * STEPS * chosen.length;
let product: Product;
let replayed: ReplayedStrangers;

beforeAll(async () => {
  product = await startProduct();
  replayed = await replayedStrangers(product, chosen, STEPS);
}, RECORDED_WITHIN_MS);
afterAll(async () => {
  await replayed.close();
  await product.close();
});

describe('a replay of a stranger’s page', () => {
  it.each(chosen)('is what somebody saw: $name', { timeout: 60_000 + 20_000 * STEPS }, async (stranger) => {
    const { facts, differing, told } = await replayed.compare(stranger);
    console.log(`${stranger.name}: ${String(facts)} facts, ${String(differing)} differ`);
    writeDifferences(stranger.name, told);
    expect((100 * differing) / facts, told).toBeLessThanOrEqual(MOST_PERCENT);
    expect(facts).toBeGreaterThan(300);
  });
});
