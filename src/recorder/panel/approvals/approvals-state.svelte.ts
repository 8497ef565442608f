import { untrack } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { FluxionError, toErrorResult, type ErrorResult } from '../../../shared/errors.js';
import type { ProposalView } from '../../../shared/protocol/proposals.js';
import { isUnreachable, type PanelPort } from '../state/panel-port.js';

/** What a command would find now, as far as it is known. */
export interface DryRun {
  readonly lines: readonly string[];
  readonly error?: ErrorResult;
}

/** What the customer knows of support's proposals, and what they do about them. */
export class ApprovalsState {
  #proposals = $state.raw<readonly ProposalView[] | undefined>(undefined);
  readonly #dryRuns = new SvelteMap<string, DryRun>();
  readonly #outputs = new SvelteMap<string, readonly string[]>();
  readonly #errors = new SvelteMap<string, ErrorResult>();
  readonly #busy = new SvelteSet<string>();
  readonly #port: PanelPort;
  readonly #stopListening: () => void;
  readonly #reading = new SvelteSet<string>();
  /** Whose output somebody is looking at. */
  readonly #watched = new SvelteSet<string>();

  constructor(port: PanelPort) {
    this.#port = port;
    this.#stopListening = port.on('proposals', ({ proposals }) => {
      this.#take(proposals);
    });
  }

  /** Undefined until the host has told. */
  get all(): readonly ProposalView[] | undefined {
    return this.#proposals;
  }
  readonly pending: readonly ProposalView[] = $derived(
    (this.#proposals ?? []).filter(({ state }) => state === 'pending'),
  );
  readonly running: readonly ProposalView[] = $derived(
    (this.#proposals ?? []).filter(({ state }) => state === 'running'),
  );
  readonly past: readonly ProposalView[] = $derived(
    (this.#proposals ?? []).filter(({ state }) => state !== 'pending' && state !== 'running'),
  );

  /** What the command would find; undefined while that is being looked up. */
  dryRun(id: string): DryRun | undefined {
    return this.#dryRuns.get(id);
  }
  /** Pieces of its output, as far as they were read. */
  output(id: string): readonly string[] {
    return this.#outputs.get(id) ?? [];
  }
  /** Why the last press did nothing. */
  error(id: string): ErrorResult | undefined {
    return this.#errors.get(id);
  }
  isBusy(id: string): boolean {
    return this.#busy.has(id);
  }

  /** Reads them anew: at the start, and whenever events may have been missed. */
  async load(): Promise<void> {
    const { value } = await this.#port.call('listProposals', {});
    this.#take(value.proposals);
  }

  /** The customer has it before them. */
  async lookAt(id: string): Promise<void> {
    let found: DryRun;
    try {
      const { value } = await this.#port.call('lookAtProposal', { proposal: id });
      found = { lines: value.lines, ...(value.error === undefined ? {} : { error: value.error }) };
    } catch (error) {
      if (isUnreachable(error)) return; // Looked at again when the host is back.
      found = { lines: [], error: toErrorResult(error) };
    }
    this.#dryRuns.set(id, found);
  }

  async decide({ id, effect }: ProposalView, decision: 'approve' | 'deny'): Promise<void> {
    await this.#act(id, () => this.#port.call('decideProposal', { proposal: id, decision, effect: [...effect] }));
  }

  async stop(id: string): Promise<void> {
    await this.#act(id, () => this.#port.call('stopCommand', { proposal: id }));
  }

  /** Reads the output, now and as it grows. Returns the function that stops. */
  watchOutput(id: string): () => void {
    // Called by an effect, which is to run for another proposal only, not for each piece.
    untrack(() => {
      this.#watched.add(id);
      void this.#read(id);
    });
    return () => this.#watched.delete(id);
  }

  dispose(): void {
    this.#stopListening();
  }

  async #act(id: string, call: () => Promise<unknown>): Promise<void> {
    if (this.#busy.has(id)) return;
    this.#busy.add(id);
    this.#errors.delete(id);
    try {
      await call();
    } catch (error) {
      this.#errors.set(id, toErrorResult(error));
    }
    try {
      await this.load();
    } catch (error) {
      // The connection says so itself, and `load` comes again with it.
      if (!(error instanceof FluxionError)) throw error;
    } finally {
      this.#busy.delete(id);
    }
  }

  #take(proposals: readonly ProposalView[]): void {
    this.#proposals = proposals;
    for (const { id, chunks } of proposals) {
      if (this.#watched.has(id) && chunks > this.output(id).length) void this.#read(id);
    }
  }

  async #read(id: string): Promise<void> {
    if (this.#reading.has(id)) return;
    this.#reading.add(id);
    try {
      for (;;) {
        const have = this.output(id);
        const { value } = await this.#port.call('readOutput', { proposal: id, from: have.length });
        if (value.chunks.length === 0) return;
        this.#outputs.set(id, [...have, ...value.chunks]);
      }
    } catch (error) {
      if (!isUnreachable(error)) this.#errors.set(id, toErrorResult(error));
    } finally {
      this.#reading.delete(id);
    }
  }
}
