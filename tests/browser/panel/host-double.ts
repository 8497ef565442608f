import { FluxionError } from '../../../src/shared/errors.js';
import type { Input, Message, Output } from '../../../src/shared/protocol/contract.js';
import type {
  Delivery,
  Draft,
  LaneTotal,
  PanelContract,
  PanelView,
  Recording,
} from '../../../src/shared/protocol/host.js';
import type { LiveView } from '../../../src/shared/protocol/live-host.js';
import type { ProposalView } from '../../../src/shared/protocol/proposals.js';
import type { PanelPort } from '../../../src/recorder/panel/state/panel-port.js';
import type { HostState } from '../../../src/recorder/panel/state/panel-state.svelte.js';

type Name = keyof PanelContract['methods'];
type Answer<K extends Name> = Output<PanelContract['methods'][K]>;
type Handler<K extends Name> = (
  input: Input<PanelContract['methods'][K]>,
) => Answer<K> | Message<Answer<K>> | Promise<Answer<K> | Message<Answer<K>>>;
type Handlers = { [K in Name]?: Handler<K> };

const NO_BYTES = new Uint8Array(0);
export const DRAFT_ID = '11111111-1111-4111-8111-111111111111';
export const REPORT_ID = '22222222-2222-4222-8222-222222222222';
export const CODE = 'K7QF2-9DM4X-7';

export const LANES: LaneTotal[] = [
  { lane: 'dom', events: 4713, bytes: 8_200_000, storedBytes: 1_120_000 },
  { lane: 'log', events: 812, bytes: 190_000, storedBytes: 21_000 },
  { lane: 'network', events: 96, bytes: 48_000, storedBytes: 7_400 },
  { lane: 'error', events: 2, bytes: 3_100, storedBytes: 1_100 },
  { lane: 'action', events: 61, bytes: 9_000, storedBytes: 2_000 },
  { lane: 'recorder', events: 3, bytes: 400, storedBytes: 300 },
];

export function aRecording(more: Partial<Recording> = {}): Recording {
  return {
    state: 'recording',
    session: 's-1',
    nowMs: 1_200_000,
    oldestMs: 600_000,
    windows: 2,
    lanes: LANES,
    dropped: 0,
    settings: { maxAgeMs: 600_000, maxBytes: 200 * 1024 * 1024 },
    ...more,
  };
}

export function aDraft(more: Partial<Draft> = {}): Draft {
  return {
    id: DRAFT_ID,
    status: 'ready',
    asked: 2,
    answered: 2,
    notes: [],
    available: {
      startMs: 600_000,
      endMs: 1_200_000,
      lanes: LANES,
      recorded: [
        { startMs: 600_000, endMs: 782_000 },
        { startMs: 840_000, endMs: 1_200_000 },
      ],
    },
    selection: {
      startMs: 600_000,
      endMs: 1_200_000,
      fromMs: 600_000,
      toMs: 1_200_000,
      lanes: LANES,
      totalBytes: 1_160_000,
    },
    startedMs: 1_200_000,
    ...more,
  };
}

export function aDelivery(more: Partial<Delivery> = {}): Delivery {
  return {
    report: REPORT_ID,
    receiptCode: CODE,
    createdMs: Date.now(),
    bytes: 1_000_000,
    sentBytes: 0,
    status: 'queued',
    ...more,
  };
}

/** What the host would answer to a choice: bytes in proportion to the time, whole pieces of 5 s. */
export function selected(draft: Draft, input: Input<PanelContract['methods']['selectDraft']>): Draft {
  const { startMs, endMs } = draft.available;
  const share = (input.endMs - input.startMs) / (endMs - startMs);
  const part = (n: number): number => Math.ceil(n * share);
  const lanes = draft.available.lanes
    .filter(({ lane }) => input.lanes.includes(lane))
    .map((total) => ({
      lane: total.lane,
      events: part(total.events),
      bytes: part(total.bytes),
      storedBytes: part(total.storedBytes),
    }));
  return {
    ...draft,
    selection: {
      startMs: input.startMs,
      endMs: input.endMs,
      fromMs: Math.max(startMs, input.startMs - 5000),
      toMs: input.endMs,
      lanes,
      totalBytes: lanes.reduce((sum, { storedBytes }) => sum + storedBytes, 2000),
    },
  };
}

/**
 * A double of the host, behind the same port that the panel uses: the real one needs windows, a ring and a process. The
 * whole of them together is tests/e2e's.
 */
export class HostDouble implements PanelPort {
  state: HostState = {
    app: { name: 'Fluxion', version: '4.2.0' },
    destination: 'https://desk.example',
    recording: aRecording(),
    deliveries: [],
  };
  draft = aDraft();
  proposals: ProposalView[] = [];
  live: LiveView = { ways: ['code', 'texts'], invitations: [] };
  file = new Uint8Array(1_000_000).fill(7);
  isReachable = true;
  readonly calls: { readonly name: Name; readonly input: unknown }[] = [];
  readonly handlers: Handlers = {};
  readonly #listeners = new Map<string, Set<(payload: never) => void>>();
  readonly #connectionListeners = new Set<(connected: boolean) => void>();

  readonly #usual: { [K in Name]: Handler<K> } = {
    state: () => this.state,
    setPaused: ({ paused }) => {
      this.tell('recording', { ...this.state.recording, state: paused ? 'paused' : 'recording' });
      return {};
    },
    stopScreen: () => {
      const recording = { ...this.state.recording };
      delete recording.screen;
      this.tell('recording', recording);
      return {};
    },
    wipe: () => ({ windows: 2, failed: 0 }),
    createDraft: () => ({ draft: this.draft }),
    getDraft: () => ({ draft: this.draft }),
    selectDraft: (input) => {
      this.draft = selected(this.draft, input);
      return { draft: this.draft };
    },
    assembleDraft: () => ({ bytes: this.file.byteLength }),
    readDraft: ({ offset, length }) => ({ value: {}, bytes: this.file.slice(offset, offset + length) }),
    sendDraft: () => {
      const delivery = aDelivery();
      this.tell('deliveries', { deliveries: [delivery] });
      return { delivery };
    },
    discardDraft: () => ({}),
    retryDelivery: () => ({}),
    removeDelivery: ({ report }) => {
      this.tell('deliveries', { deliveries: this.state.deliveries.filter((delivery) => delivery.report !== report) });
      return {};
    },
    readDelivery: ({ offset, length }) => ({ value: {}, bytes: this.file.slice(offset, offset + length) }),
    listProposals: () => ({ proposals: this.proposals }),
    lookAtProposal: () => ({ lines: [] }),
    decideProposal: () => ({}),
    stopCommand: () => ({}),
    readOutput: () => ({ chunks: [], total: 0 }),
    audit: () => ({ records: [], hasMore: false }),
    getLive: () => this.live,
    beginLive: () => ({}),
    acceptInvitation: () => ({}),
    declineInvitation: () => ({}),
    pastePairingText: () => ({}),
    confirmWords: () => ({}),
    decideGrant: () => ({}),
    withdrawGrant: () => ({}),
    sayInChat: () => ({}),
    endLive: () => ({}),
    dismissLive: () => ({}),
    closePanel: () => ({}),
  };

  async call<K extends Name>(name: K, input: Input<PanelContract['methods'][K]>): Promise<Message<Answer<K>>> {
    this.calls.push({ name, input });
    await Promise.resolve();
    if (!this.isReachable) throw new FluxionError('host-unreachable', 'The app does not answer.');
    const handler: Handler<K> = (this.handlers as { [N in Name]: Handler<N> | undefined })[name] ?? this.#usual[name];
    const answer = await handler(input);
    return isMessage<Answer<K>>(answer) ? answer : { value: answer, bytes: NO_BYTES };
  }

  on(name: keyof PanelContract['events'], listener: (payload: never) => void): () => void {
    const ofName = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, ofName);
    ofName.add(listener);
    return () => ofName.delete(listener);
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    this.#connectionListeners.add(listener);
    return () => this.#connectionListeners.delete(listener);
  }

  /** An event of the host; `recording` and `deliveries` become part of the state too. */
  tell(...[name, payload]: Told): void {
    if (name === 'recording') this.state = { ...this.state, recording: payload };
    if (name === 'live') this.live = payload;
    if (name === 'proposals') this.proposals = payload.proposals;
    if (name === 'deliveries') this.state = { ...this.state, deliveries: payload.deliveries };
    for (const listener of this.#listeners.get(name) ?? []) listener(payload as never);
  }

  connect(connected: boolean): void {
    this.isReachable = connected;
    for (const listener of this.#connectionListeners) listener(connected);
  }

  called(name: Name): unknown[] {
    return this.calls.filter((call) => call.name === name).map(({ input }) => input);
  }

  close(): void {
    this.#listeners.clear();
    this.#connectionListeners.clear();
  }
}

type Told =
  | readonly ['recording', Recording]
  | readonly ['draft', Draft]
  | readonly ['deliveries', { deliveries: Delivery[] }]
  | readonly ['asked', { view: PanelView }]
  | readonly ['live', LiveView]
  | readonly ['proposals', { proposals: ProposalView[] }];

function isMessage<T>(answer: T | Message<T>): answer is Message<T> {
  return typeof answer === 'object' && answer !== null && 'bytes' in answer && answer.bytes instanceof Uint8Array;
}
