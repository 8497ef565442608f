import { pick, seededRandom } from './random.js';

export const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'JPY'] as const;
const PRODUCTS = [
  'Bearing 6204',
  'Hydraulic pump',
  'Servo drive',
  'Gear motor',
  'Valve block',
  'Encoder',
  'Brake disc',
] as const;
const PORTS = ['Rotterdam', 'Hamburg', 'Antwerp', 'Genoa', 'Valencia', 'Gdansk', 'Piraeus'] as const;
export const STAGES = ['Quoted', 'Ordered', 'Packed', 'Shipped', 'Delivered'] as const;
export type Stage = (typeof STAGES)[number];

/** One row of the live grid. Only what changes while the app runs is reactive. */
export class Order {
  readonly id: number;
  readonly product: string;
  readonly port: string;
  readonly currency: string;
  readonly quantity: number;
  stage = $state<Stage>('Quoted');
  price = $state(0);
  change = $state(0);
  delayMinutes = $state(0);
  updatedAt = $state('');

  get total(): number {
    return this.price * this.quantity;
  }

  constructor(id: number, random: () => number) {
    this.id = id;
    this.product = pick(random, PRODUCTS);
    this.port = pick(random, PORTS);
    this.currency = pick(random, CURRENCIES);
    this.quantity = 1 + Math.floor(random() * 400);
    this.stage = pick(random, STAGES);
    this.price = 20 + random() * 900;
    this.updatedAt = clockTime();
  }
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

function clockTime(): string {
  return clock.format(Date.now());
}

/** 220 rows of 11 cells, each with its text: about 5,000 DOM nodes. */
const ROWS = 220;
/** Cells that change with each tick, ten ticks a second: a busy trading or dispatch screen. */
const CHANGES_PER_TICK = 12;
const TICK_MS = 100;

export class OrderBook {
  readonly orders: readonly Order[];
  readonly #random: () => number;
  ticks = $state(0);

  constructor(seed = 7) {
    this.#random = seededRandom(seed);
    this.orders = Array.from({ length: ROWS }, (_, index) => new Order(10_000 + index, this.#random));
  }

  tick(): void {
    const now = clockTime();
    for (let change = 0; change < CHANGES_PER_TICK; change += 1) {
      const order = this.orders[Math.floor(this.#random() * this.orders.length)];
      if (order === undefined) continue;
      order.change = (this.#random() - 0.5) * 4;
      order.price = Math.max(1, order.price * (1 + order.change / 100));
      order.updatedAt = now;
      if (this.#random() < 0.05) order.stage = pick(this.#random, STAGES);
      if (this.#random() < 0.1) order.delayMinutes = Math.floor(this.#random() * 90);
    }
    this.ticks += 1;
  }

  /** Starts the live updates; returns what stops them. */
  run(): () => void {
    const timer = setInterval(() => {
      this.tick();
    }, TICK_MS);
    return () => {
      clearInterval(timer);
    };
  }
}
