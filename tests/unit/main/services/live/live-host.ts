import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Audience } from '../../../../../src/main/services/audience.js';
import { nodeFileSystem } from '../../../../../src/main/services/durable-file.js';
import { Invitations } from '../../../../../src/main/services/live/invitations.js';
import { Live } from '../../../../../src/main/services/live/live.js';
import type { PanelContract, RecorderContract } from '../../../../../src/shared/protocol/host.js';
import type {
  LiveHostNews,
  LiveOrders,
  LivePageNews,
  LiveSessionView,
} from '../../../../../src/shared/protocol/live-host.js';
import { ClockDouble } from '../clock-double.js';
import { PostDouble } from '../commands/post-double.js';
import { RecordingsDouble } from './recordings-double.js';
import { listOf, type TechnicianDouble } from './technician-double.js';

export const WORDS = ['pendant', 'birthday', 'lineage', 'molasses'];
export const COMMAND = { name: 'clear-cache', title: 'Clear the cache', summary: 'Empties it.', parameters: {} };
const NO_BYTES = new Uint8Array(0);

/** The live service with two windows around it. */
export class LiveHost {
  readonly clock: ClockDouble;
  readonly windows = new Audience<RecorderContract>();
  readonly audited: { kind: string; body: Readonly<Record<string, unknown>> }[] = [];
  readonly told = new Map<string, LiveHostNews[]>();
  /** Who listens to the host process's own lanes. */
  readonly written = new Set<(lines: readonly string[]) => void>();
  readonly letters: { id: string; from: string }[] = [];
  readonly post: PostDouble;
  readonly kept: RecordingsDouble;
  readonly live: Live;
  readonly #leaves = new Map<string, () => void>();

  static async make(...technicians: TechnicianDouble[]): Promise<LiveHost> {
    const clock = new ClockDouble();
    const folder = await mkdtemp(join(tmpdir(), 'live-'));
    const invited = await Invitations.open({ folder, fs: nodeFileSystem, clock, receiptCodeOf: () => 'R-1' });
    await rm(folder, { recursive: true });
    const kept = await RecordingsDouble.open(clock);
    const host = new LiveHost(clock, await PostDouble.make(), technicians, invited, kept);
    host.join('w1-1');
    host.join('w2-1');
    return host;
  }

  private constructor(
    clock: ClockDouble,
    post: PostDouble,
    technicians: readonly TechnicianDouble[],
    invited: Invitations,
    kept: RecordingsDouble,
  ) {
    this.clock = clock;
    this.kept = kept;
    this.post = post;
    this.live = new Live({
      app: { name: 'Fluxion', version: '1' },
      clock: this.clock,
      audit: {
        append: (kind, body) => {
          this.audited.push({ kind, body });
          return Promise.resolve();
        },
      },
      post,
      windows: this.windows,
      panels: new Audience<PanelContract>(),
      session: {
        startedMs: 0,
        hostSource: 'host-1',
        nowMs: () => this.clock.monoMs(),
        source: (id) => ({ window: id.split('-')[0], anchors: [] }),
      },
      lanes: {
        seal: () => [],
        read: () => undefined,
        maskEvent: (event) => event,
        onWritten: (listener) => {
          this.written.add(listener);
          return () => this.written.delete(listener);
        },
      },
      recordings: kept.recordings,
      rooms: undefined,
      iceServers: [],
      invited,
      commands: () => [COMMAND],
      technicianOf: listOf(...technicians),
      takeLetter: (id, _sealed, from) => {
        this.letters.push({ id, from });
        return Promise.resolve();
      },
    });
  }

  join(source: string): void {
    const news: LiveHostNews[] = this.told.get(source) ?? [];
    this.told.set(source, news);
    const leave = this.windows.join(source, (name, payload) => {
      if (name === 'live') news.push((payload as { news: LiveHostNews }).news);
    });
    this.#leaves.set(source, leave);
  }

  leave(source: string): void {
    this.#leaves.get(source)?.();
  }

  /** The session as the panel sees it. */
  get session(): LiveSessionView {
    const { session } = this.live.view();
    if (session === undefined) throw new Error('There is no session.');
    return session;
  }

  orders(source: string): LiveOrders | undefined {
    const all = (this.told.get(source) ?? []).flatMap((news) => (news.kind === 'orders' ? [news.orders] : []));
    return all.at(-1);
  }

  news(source: string): string[] {
    return (this.told.get(source) ?? []).map(({ kind }) => kind).filter((kind) => kind !== 'orders');
  }

  say(news: LivePageNews, source = 'w1-1', bytes = NO_BYTES): Promise<void> {
    return this.live.receive(source, this.session.session, news, bytes);
  }

  report(phase: LiveSessionView['phase'], words?: string[], source = 'w1-1'): Promise<void> {
    const report = { phase, hasOtherConfirmed: true, isUnstable: false, otherName: 'Ines', ...(words && { words }) };
    return this.say({ kind: 'report', report }, source);
  }

  /** From nothing to an open session in window w1. */
  async open(): Promise<void> {
    this.live.noteOpener('w1-1');
    await this.live.begin('texts');
    await this.becomeOpen();
  }

  async becomeOpen(): Promise<void> {
    await this.report('comparing', WORDS);
    await this.live.run(this.session.session).confirm(WORDS, true);
    await this.report('open', WORDS);
  }
}
