import type { Locator, Page } from 'playwright-core';
import { seededRandom } from '../../lab/seeded-random.js';

/** What would end the recording, or the walk. */
const LEFT_ALONE = /Send Diagnostics|Record|Pause|Wipe|Screenshot|New window|Open invoice/;
const WORDS = ['quartz', 'nimbus', 'velvet', 'oxbow'];
/** What an action starts, transitions included, has ended by then. */
const SETTLED_MS = 350;

/** What a person would click in an app; a page of somebody else's has more kinds of it. */
const CLICKABLE = 'button:enabled, td, summary, label, li';

type Random = () => number;

/** Somebody who does whatever there is to do: the same for the same seed, as far as the app is the same. */
export class RandomUser {
  readonly #page: Page;
  readonly #random: Random;
  readonly #clickable: string;

  constructor(page: Page, seed: number, clickable = CLICKABLE) {
    this.#page = page;
    this.#random = seededRandom(seed);
    this.#clickable = clickable;
  }

  /** Answers what was done. */
  async act(): Promise<string> {
    const actions = [
      () => this.#click(),
      () => this.#click(),
      () => this.#click(),
      () => this.#write(),
      () => this.#choose(),
      () => this.#scroll(),
      () => this.#scroll(),
      () => this.#press(),
      () => this.#point(),
    ];
    const done = await this.#pick(actions)?.();
    await this.#page.waitForTimeout(SETTLED_MS);
    return done ?? 'nothing';
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)];
  }

  async #one(selector: string): Promise<Locator | undefined> {
    const found = await this.#page.locator(selector).filter({ visible: true, hasNotText: LEFT_ALONE }).all();
    return this.#pick(found);
  }

  async #click(): Promise<string> {
    const target = await this.#one(this.#clickable);
    if (target === undefined) return 'found nothing to click';
    const text = ((await target.textContent()) ?? '').trim().slice(0, 20);
    // Something may lie over it: then that is what a person would click.
    await target.click({ force: true, timeout: 2000 }).catch(() => undefined);
    return `clicked ${text}`;
  }

  async #write(): Promise<string> {
    const field = await this.#one('input:not([type=radio]):not([type=checkbox]):enabled, textarea:enabled');
    if (field === undefined) return 'found nothing to write in';
    await field.click({ force: true, timeout: 2000 }).catch(() => undefined);
    await this.#page.keyboard.type(this.#pick(WORDS) ?? '', { delay: 15 });
    return 'wrote';
  }

  async #choose(): Promise<string> {
    const select = await this.#one('select:enabled');
    if (select === undefined) return 'found nothing to choose';
    const options = await select.locator('option').count();
    await select.selectOption({ index: Math.floor(this.#random() * options) });
    return 'chose';
  }

  async #scroll(): Promise<string> {
    await this.#point();
    await this.#page.mouse.wheel(0, Math.round(1200 * (this.#random() - 0.4)));
    return 'scrolled';
  }

  async #press(): Promise<string> {
    const key = this.#pick(['Tab', 'Tab', 'Shift+Tab', 'Escape', 'ArrowDown', 'ArrowRight', 'Enter']) ?? 'Tab';
    await this.#page.keyboard.press(key);
    return `pressed ${key}`;
  }

  async #point(): Promise<string> {
    await this.#page.mouse.move(Math.round(1280 * this.#random()), Math.round(60 + 700 * this.#random()));
    return 'pointed';
  }
}
