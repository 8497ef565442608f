import { onTestFinished } from 'vitest';
import { FramedSender } from '../../../src/live/framed-sender.js';
import { ManualPublisher, publish, type LiveSession } from '../../../src/live/publisher/publish.js';
import { encodeBulk, type BulkMessage } from '../../../src/shared/protocol/live-bulk.js';
import type { GrantKind } from '../../../src/shared/protocol/live-grants.js';
import type { PublisherMessage, SessionMessage, SessionMessageOf } from '../../../src/shared/protocol/live-messages.js';
import { encodeDomMessage, type DomMessage } from '../../../src/shared/protocol/live-streams.js';
import type { DomEvent } from '../../../src/shared/session/lane.js';

/** A customer's end of a live session by two texts, over a real connection; what the app would say, the test says. */
export class LiveCustomer {
  readonly heard: SessionMessage[] = [];
  readonly points: string[] = [];
  text = '';
  readonly #signaling = new ManualPublisher((text) => {
    this.text = text;
  });
  readonly #session: LiveSession;
  #dom: FramedSender | undefined;
  #bulk: FramedSender | undefined;
  readonly #granted = new Map<GrantKind, string>();

  constructor() {
    this.#session = publish(
      { signaling: this.#signaling, servers: [], name: 'Ada' },
      {
        state: () => undefined,
        control: (message) => this.heard.push(message),
        message: (_channel, data) => {
          if (typeof data === 'string') this.points.push(data);
        },
        track: () => undefined,
      },
    );
    onTestFinished(() => this.#session.end());
  }

  get words(): readonly string[] {
    return this.#session.state.words ?? [];
  }
  get phase(): string {
    return this.#session.state.phase;
  }
  get code(): string | undefined {
    return this.#session.state.error?.code;
  }

  paste(text: string): void {
    this.#signaling.paste(text);
  }

  confirm(): void {
    this.#session.confirm();
  }

  say(message: PublisherMessage): void {
    this.#session.send(message);
  }

  /** A picture of one colour, many times a second. Answers how to end it. */
  showVideo(colour: string): () => void {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no canvas');
    const drawing = setInterval(() => {
      context.fillStyle = colour;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }, 40);
    const stream = canvas.captureStream();
    const [track] = stream.getVideoTracks();
    if (track === undefined) throw new Error('no track');
    this.#session.addTrack(track, stream);
    this.say({ type: 'video-state', state: 'on', surface: 'app', width: canvas.width, height: canvas.height });
    onTestFinished(() => {
      clearInterval(drawing);
    });
    return () => {
      clearInterval(drawing);
      this.#session.removeTrack(track, stream);
      this.say({ type: 'video-state', state: 'off' });
    };
  }

  welcome(): void {
    this.say({
      type: 'welcome',
      session: crypto.randomUUID(),
      app: { name: 'Fluxion', version: '4.2.0' },
      install: { signingKey: 'A'.repeat(43), recipient: `age1${'q'.repeat(58)}` },
      startedMs: 0,
      offers: ['view-dom', 'view-video', 'console', 'chat', 'point', 'screenshot'],
    });
  }

  asked(): SessionMessageOf<'grant-asked'>[] {
    return this.heard.filter((message) => message.type === 'grant-asked');
  }

  /** Gives what was asked for last, of this kind. */
  allow(kind: GrantKind): void {
    const grant = this.asked().findLast((ask) => ask.kind === kind)?.grant;
    if (grant === undefined) throw new Error(`${kind} was not asked for`);
    this.#granted.set(kind, grant);
    this.say({ type: 'grant-given', grant, kind, untilMs: Date.now() + 60_000 });
  }

  takeBack(kind: GrantKind): void {
    this.say({ type: 'grant-withdrawn', grant: this.#granted.get(kind) ?? '', reason: 'taken-back' });
  }

  async show(...messages: DomMessage[]): Promise<void> {
    this.#dom ??= new FramedSender(this.#session.channel('dom'));
    for (const message of messages) await this.#dom.send(await encodeDomMessage(message));
  }

  async sendBulk(message: BulkMessage): Promise<void> {
    this.#bulk ??= new FramedSender(this.#session.channel('bulk'));
    await this.#bulk.send(encodeBulk(message));
  }

  async print(text: string): Promise<void> {
    await this.#session.channel('console').send(text);
  }
}

const BEGIN: DomMessage = { kind: 'begin', source: 'window-1', originMs: 0, sessionMs: 0 };

/** A page of one line, at a time of the app's clock. */
export function pageOf(text: string, timestamp: number): DomMessage[] {
  const element = (id: number, tagName: string, childNodes: object[]): object => ({
    type: 2,
    tagName,
    attributes: {},
    childNodes,
    id,
  });
  const main = element(5, 'main', [{ type: 3, textContent: text, id: 6 }]);
  const html = element(2, 'html', [element(3, 'head', []), element(4, 'body', [main])]);
  const node = { type: 0, childNodes: [html], id: 1 };
  const events: DomEvent[] = [
    { type: 4, data: { href: 'https://fluxion.example/', width: 800, height: 600 }, timestamp },
    { type: 2, data: { node, initialOffset: { left: 0, top: 0 } }, timestamp },
  ];
  return [BEGIN, { kind: 'events', events }];
}

export function changeTo(value: string, timestamp: number): DomMessage {
  const data = { source: 0, texts: [{ id: 6, value }], attributes: [], removes: [], adds: [] };
  return { kind: 'events', events: [{ type: 3, data, timestamp }] };
}
