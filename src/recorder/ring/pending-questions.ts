import { FluxionError, type ErrorResult } from '../../shared/errors.js';
import type { FromWorker, QuestionMessage, QuestionName, Questions } from './messages.js';
import type { GiveRows } from './ring-contract.js';

interface Pending {
  readonly message: QuestionMessage;
  readonly resolve: (answer: never) => void;
  readonly reject: (reason: unknown) => void;
  readonly give: GiveRows | undefined;
  /** What `give` rejected with. */
  failure?: { readonly reason: unknown };
}

/** Questions that the worker has not answered yet. */
export class PendingQuestions {
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  get messages(): readonly QuestionMessage[] {
    return [...this.#pending.values()].map(({ message }) => message);
  }

  has(name: QuestionName): boolean {
    return this.messages.some((message) => message.name === name);
  }

  /** `post` is called with the question once its answer can be received. */
  ask<N extends QuestionName>(
    name: N,
    ask: Questions[N]['ask'],
    give: GiveRows | undefined,
    post: (message: QuestionMessage) => void,
  ): Promise<Questions[N]['answer']> {
    const message: QuestionMessage = { kind: 'question', id: ++this.#lastId, name, nowMonoMs: performance.now(), ask };
    return new Promise((resolve, reject) => {
      this.#pending.set(message.id, { message, resolve, reject, give });
      post(message);
    });
  }

  answer(id: number, answer: Questions[QuestionName]['answer']): void {
    this.#take(id)?.resolve(answer as never);
  }

  refuse(id: number, { code, message }: ErrorResult): void {
    const pending = this.#take(id);
    pending?.reject(pending.failure?.reason ?? new FluxionError(code, message));
  }

  /** Passes rows on; answers whether they were taken. */
  async give({ id, segments, stored }: Extract<FromWorker, { kind: 'rows' }>): Promise<boolean> {
    const pending = this.#pending.get(id);
    if (pending?.give === undefined) return false;
    try {
      await pending.give(segments, stored);
      return true;
    } catch (reason) {
      pending.failure = { reason };
      return false;
    }
  }

  /** Those that cannot be asked again of another worker, or all. */
  rejectAll(error: FluxionError, only?: QuestionName): void {
    for (const [id, { message, reject }] of this.#pending) {
      if (only !== undefined && message.name !== only) continue;
      this.#pending.delete(id);
      reject(error);
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}
