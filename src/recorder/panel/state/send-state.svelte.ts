import { toErrorResult, type ErrorResult } from '../../../shared/errors.js';
import type { Delivery, Draft } from '../../../shared/protocol/host.js';
import { DraftFile } from './draft-file.js';
import { PreviewState } from './preview-state.svelte.js';
import { isUnreachable, type PanelPort } from './panel-port.js';
import { SaveState } from './save-state.svelte.js';
import { SelectionState } from './selection-state.svelte.js';

/** One draft in the making: what the form works on. */
export class Composition {
  description = $state('');
  readonly selection: SelectionState;
  readonly file: DraftFile;
  readonly save = new SaveState();
  readonly preview: PreviewState;
  /** Why the last attempt to send did not work. */
  error = $state.raw<ErrorResult>();

  constructor(port: PanelPort, draft: Draft) {
    this.selection = new SelectionState(port, draft);
    this.file = new DraftFile(port, this.selection, () => this.description.trim());
    this.preview = new PreviewState(this.file, this.selection);
  }

  /** Nothing in it is the customer's own: no word, no choice, nothing that they look at or save. */
  get isAsOffered(): boolean {
    const { description, preview, save, selection } = this;
    return description.trim() === '' && selection.isAsOffered && !save.isBusy && preview.step.name === 'closed';
  }

  dispose(): void {
    this.selection.dispose();
    this.save.cancel();
    this.preview.hide();
  }
}

export type SendStep =
  /** No draft yet, and none asked for: the view has not been shown, or was left. */
  | { readonly name: 'idle' }
  | { readonly name: 'starting' }
  | { readonly name: 'collecting'; readonly draft: Draft }
  | { readonly name: 'empty'; readonly draft: Draft }
  | { readonly name: 'failed'; readonly error: ErrorResult }
  | { readonly name: 'form'; readonly composition: Composition }
  /** The host writes it to the outbox; `isCancelled`: it is taken out again as soon as it is there. */
  | { readonly name: 'sending'; readonly composition: Composition; readonly isCancelled: boolean }
  | { readonly name: 'sent'; readonly delivery: Delivery };

/** From a press on Send Diagnostics to the receipt code. No method rejects: what goes wrong is a step, or an error of the form. */
export class SendState {
  #step = $state.raw<SendStep>({ name: 'idle' });
  readonly #port: PanelPort;
  readonly #stopListening: () => void;
  /** Counts drafts asked for: an answer to any but the last is discarded. */
  #attempt = 0;
  #sending: Promise<void> = Promise.resolve();
  /** `draft` events that came before the answer that names the draft. */
  #early: readonly Draft[] = [];

  constructor(port: PanelPort) {
    this.#port = port;
    this.#stopListening = port.on('draft', (draft) => {
      this.#told(draft);
    });
  }

  get step(): SendStep {
    return this.#step;
  }

  /** Whether closing now would lose something that the customer wrote. */
  readonly hasText = $derived(this.#step.name === 'form' && this.#step.composition.description.trim() !== '');

  /** Asks for a draft, where there is none. */
  async begin(): Promise<void> {
    if (this.#step.name !== 'idle' && this.#step.name !== 'failed' && this.#step.name !== 'empty') return;
    if (this.#step.name === 'empty') void this.#discard(this.#step.draft.id);
    const attempt = ++this.#attempt;
    this.#early = [];
    this.#step = { name: 'starting' };
    try {
      const { value } = await this.#port.call('createDraft', {});
      if (attempt !== this.#attempt) {
        void this.#discard(value.draft.id);
        return;
      }
      this.#follow(this.#early.findLast(({ id }) => id === value.draft.id) ?? value.draft);
    } catch (error) {
      if (attempt === this.#attempt) this.#step = { name: 'failed', error: toErrorResult(error) };
    }
  }

  /**
   * The panel is closing: gives up what was not sent. What is being put into the outbox was consented to and goes on,
   * unless it was cancelled: then this waits until it is out again.
   */
  async leave(): Promise<void> {
    if (this.#step.name !== 'sending') await this.cancel();
    else if (this.#step.isCancelled) await this.#sending;
  }

  /** Gives up what there is, at any step before it is sent; afterwards just leaves the receipt. */
  async cancel(): Promise<void> {
    const step = this.#step;
    if (step.name === 'sending') {
      this.#step = { ...step, isCancelled: true };
      return;
    }
    this.reset();
    if (step.name === 'collecting' || step.name === 'empty') await this.#discard(step.draft.id);
    else if (step.name === 'form') await this.#discard(step.composition.selection.draft.id);
  }

  /** The customer asks for what happened until now: a draft that is here may be old, but what they have made of it stays. */
  askedAgain(): void {
    const step = this.#step;
    if (step.name === 'starting' || step.name === 'collecting' || step.name === 'sending') return;
    if (step.name === 'form' && !step.composition.isAsOffered) return;
    void this.cancel();
    void this.begin();
  }

  /** From the receipt to a new draft. */
  startAnother(): void {
    if (this.#step.name !== 'sent') return;
    this.reset();
    void this.begin();
  }

  /** Forgets the draft without a word to the host: a wipe has erased it there. */
  reset(): void {
    this.#attempt += 1;
    const step = this.#step;
    if (step.name === 'form' || step.name === 'sending') step.composition.dispose();
    this.#step = { name: 'idle' };
  }

  /** To be called by the Send button alone: this is the customer's consent. */
  async send(): Promise<void> {
    if (this.#step.name !== 'form') return;
    const { composition } = this.#step;
    const { selection, save } = composition;
    if (!selection.isSettled || selection.isEmpty || save.isBusy) return;
    composition.error = undefined;
    this.#step = { name: 'sending', composition, isCancelled: false };
    this.#sending = this.#put(composition);
    await this.#sending;
  }

  async #put(composition: Composition): Promise<void> {
    const attempt = this.#attempt;
    const isCancelled = (): boolean => this.#step.name === 'sending' && this.#step.isCancelled;
    try {
      const { value } = await this.#port.call('sendDraft', {
        draft: composition.selection.draft.id,
        description: composition.description.trim(),
        consent: true,
      });
      composition.dispose();
      const isTakenBack = isCancelled() && (await this.#takeBack(value.delivery.report));
      if (attempt === this.#attempt)
        this.#step = isTakenBack ? { name: 'idle' } : { name: 'sent', delivery: value.delivery };
    } catch (error) {
      if (attempt !== this.#attempt) return;
      composition.error = toErrorResult(error);
      this.#step = { name: 'form', composition };
    }
  }

  /** The connection is back: what was missed is asked for, and what failed for want of it is tried again. */
  async reconnected(): Promise<void> {
    const step = this.#step;
    if (step.name === 'failed' && step.error.code === 'host-unreachable') return this.begin();
    if (step.name === 'form') {
      step.composition.selection.retry();
      return;
    }
    if (step.name !== 'collecting') return;
    try {
      const { value } = await this.#port.call('getDraft', { draft: step.draft.id });
      this.#told(value.draft);
    } catch (error) {
      // Gone again: the next reconnection asks again.
      if (!isUnreachable(error) && this.#step === step) this.#step = { name: 'failed', error: toErrorResult(error) };
    }
  }

  dispose(): void {
    this.#stopListening();
    this.reset();
  }

  #told(draft: Draft): void {
    const step = this.#step;
    if (step.name === 'starting') this.#early = [...this.#early, draft];
    else if (step.name === 'collecting' && step.draft.id === draft.id) this.#follow(draft);
    else if (step.name === 'form' && step.composition.selection.draft.id === draft.id && draft.status === 'failed') {
      step.composition.dispose();
      this.#follow(draft);
    }
  }

  #follow(draft: Draft): void {
    if (draft.status === 'collecting') this.#step = { name: 'collecting', draft };
    else if (draft.status === 'failed') {
      this.#step = { name: 'failed', error: draft.error ?? toErrorResult(undefined) };
      void this.#discard(draft.id);
    } else if (draft.available.lanes.every(({ events }) => events === 0)) this.#step = { name: 'empty', draft };
    else this.#step = { name: 'form', composition: new Composition(this.#port, draft) };
  }

  /** False when it could not be: then it is sent, and the receipt must say so. */
  async #takeBack(report: string): Promise<boolean> {
    try {
      await this.#port.call('removeDelivery', { report });
      return true;
    } catch {
      return false;
    }
  }

  async #discard(draft: string): Promise<void> {
    try {
      await this.#port.call('discardDraft', { draft });
    } catch {
      // The host forgets drafts by itself; here nobody waits for it any more.
    }
  }
}
