import { record } from 'rrweb';
import type { DomEvent } from '../../shared/session/lane.js';
import {
  ADOPTED_STYLE_SHEET,
  FOCUS,
  FULL_SNAPSHOT,
  INCREMENTAL,
  INPUT,
  META,
  MOUSE,
  MOUSE_INTERACTION,
  MUTATION,
} from '../../shared/session/rrweb-numbers.js';
import { isElement } from '../masking/fields.js';
import { rrwebSelectors, selectors } from '../masking/selectors.js';
import { SnapshotMasking, type MutationData } from '../masking/snapshot-masking.js';
import { CheckoutClock } from './checkout.js';
import { colorScheme, onColorScheme } from './color-scheme.js';
import { LeftOut } from './dom-left-out.js';
import { hasLostNode, type RecordedNodes } from './dom-lost-nodes.js';
import { Mending } from './dom-mending.js';
import { PictureSizes } from './dom-pictures.js';
import { PointerPlace } from './dom-pointer.js';
import { FormResets } from './dom-resets.js';
import { SelectedOptions } from './dom-selects.js';
import { SheetSources } from './dom-sheets.js';
import type { Lane, LaneContext } from './lane.js';
import { StormGauge } from './storm.js';

type RecordOptions = Exclude<Parameters<typeof record>[0], undefined>;
type Snapshot = Parameters<SnapshotMasking['node']>[0];

/** How long a due snapshot may wait for the page to be idle. */
const IDLE_WAIT_MS = 2000;
/** Any event that is no mutation: pointer, scroll, input. */
const SMALL_EVENT_BYTES = 100;
/** rrweb is started again after a storm at most this often: each start wraps the page's prototypes anew. */
const MAX_RESTARTS = 8;

const RECORDED: RecordedNodes = {
  nodeOf: (id) => record.mirror.getNode(id),
  idOf: (node) => record.mirror.getId(node),
};

/** The id of a node in the dom lane. */
export function domNodeId(node: Node): number | undefined {
  const id = record.mirror.getId(node);
  return id > 0 ? id : undefined;
}

/** rrweb blocks what is in a shadow root, but not its style sheets. */
function isOfBlocked(event: DomEvent): boolean {
  if (event.type !== INCREMENTAL || event.data['source'] !== ADOPTED_STYLE_SHEET) return false;
  const node = record.mirror.getNode(event.data['id'] as number);
  return isElement(node) && node.closest(selectors.block) !== null;
}

function isFocus({ type, data }: DomEvent): boolean {
  return type === INCREMENTAL && data['source'] === MOUSE_INTERACTION && data['type'] === FOCUS;
}

function domNodeOf({ data }: DomEvent): Node | null {
  return record.mirror.getNode(data['id'] as number);
}

/** Browsers show where the focus is when it was not put there by a pointer: a replay must be told. */
function noteMeans(event: DomEvent): void {
  const node = domNodeOf(event);
  if (isElement(node) && !node.matches(':focus-visible')) event.data['pointerType'] = MOUSE;
}

/** What has the focus, in shadow roots and frames too; nothing while the window has none. */
function focusedIn(root: DocumentOrShadowRoot): Element | undefined {
  const element = root.activeElement;
  if (element === null || !document.hasFocus() || element.localName === 'body') return undefined;
  const inner = element.shadowRoot ?? innerDocument(element);
  return (inner && focusedIn(inner)) ?? element;
}

function innerDocument(element: Element): Document | undefined {
  return element.localName === 'iframe' ? ((element as HTMLIFrameElement).contentDocument ?? undefined) : undefined;
}

export const domLane: Lane = (context) => {
  const lane = new DomLane(context);
  const stops = [
    ...lane.watch(),
    onColorScheme(
      context.guard(() => {
        lane.noteColorScheme();
      }),
    ),
  ];
  lane.start();
  return () => {
    for (const stop of stops) stop();
    lane.stop();
  };
};

class DomLane {
  readonly #context: LaneContext;
  readonly #masking: SnapshotMasking;
  readonly #checkout: CheckoutClock;
  readonly #storm: StormGauge;
  readonly #leftOut: LeftOut;
  readonly #mending: Mending;
  readonly #selects: SelectedOptions;
  readonly #sheets: SheetSources;
  readonly #resets: FormResets;
  readonly #pointer: PointerPlace;
  #isSnapshotAsked = false;
  /** After a storm: nothing of the page is told. */
  #isResting = false;
  /** What took the focus as soon as it was put into the page is not recorded yet. */
  #isFocusDue = false;
  #snapshotStartMs = 0;
  #starts = 0;
  #stopRecord: (() => void) | undefined;
  #restTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(context: LaneContext) {
    this.#context = context;
    const recorded = {
      guard: context.guard,
      nodeOf: RECORDED.nodeOf,
      idOf: domNodeId,
      emit: (event: DomEvent) => {
        if (this.#isResting || context.isPaused()) return;
        if (event.data['source'] === INPUT) this.#masking.choice(event.data as { id: number; text?: unknown });
        context.emitDom(event);
      },
    };
    const pictures = new PictureSizes(recorded);
    this.#selects = new SelectedOptions(recorded);
    this.#sheets = new SheetSources(recorded);
    this.#pointer = new PointerPlace(recorded);
    this.#resets = new FormResets({
      ...recorded,
      textOf: (field) => this.#masking.inputValue(field.value, field),
      tellSelect: (select) => {
        this.#selects.noteReset(select);
      },
    });
    this.#leftOut = new LeftOut({
      guard: context.guard,
      shadowRoots: () => context.fields.shadowRoots.connected(),
      report: (text) => {
        context.report('left-out', text);
      },
    });
    this.#mending = new Mending({
      guard: context.guard,
      now: context.now,
      nodeOf: RECORDED.nodeOf,
      snapshot: () => {
        this.#snapshot();
      },
    });
    this.#masking = new SnapshotMasking(context.fields, RECORDED.nodeOf, {
      noteElement: (id, tagName, attributes) => {
        pictures.noteElement(id, tagName, attributes);
        this.#leftOut.noteElement(tagName);
        this.#selects.noteElement(id, tagName);
        this.#sheets.noteElement(id, tagName, attributes);
      },
      noteChange: (id, attributes) => {
        pictures.noteChange(id, attributes);
        this.#selects.noteChange(id, attributes);
        this.#mending.noteChange(id, attributes);
      },
      noteMaskedSlot: () => {
        this.#mending.mendSoon();
      },
    });
    this.#checkout = new CheckoutClock(context.now());
    this.#storm = new StormGauge(context.now());
    context.onFreshStart(() => {
      this.#snapshot();
    });
  }

  start(): void {
    this.#starts++;
    this.#isResting = false;
    this.#stopRecord = record({
      emit: this.#context.guard((event: unknown) => {
        this.#take(event as DomEvent);
      }),
      recordAfter: 'DOMContentLoaded',
      blockSelector: rrwebSelectors.block,
      blockClass: 'fluxrec-block',
      ignoreClass: 'fluxrec-block',
      maskTextClass: 'fluxrec-mask',
      maskTextSelector: rrwebSelectors.maskedText,
      maskTextFn: this.#masking.areaText,
      maskInputFn: this.#masking.inputValue,
      // By tag, so that no type is forgotten (hidden, file); the function lets buttons and check boxes pass.
      maskInputOptions: { input: true, textarea: true } as NonNullable<RecordOptions['maskInputOptions']>,
      slimDOMOptions: 'all',
      inlineStylesheet: true,
      errorHandler: (error: unknown) => {
        this.#context.guard(() => {
          throw error;
        })();
        return true;
      },
    });
  }

  /** A snapshot says it: of the events of rrweb only its first one has room for it. */
  noteColorScheme(): void {
    this.#snapshot();
  }

  /** What rrweb does not hear. Before rrweb begins, so that its functions are the outer ones and come back first. */
  watch(): (() => void)[] {
    const watching = [this.#leftOut, this.#selects, this.#sheets, this.#resets, this.#pointer];
    return watching.map((one) => one.start());
  }

  stop(): void {
    clearTimeout(this.#restTimer);
    this.#mending.stop();
    this.#stopRecord?.();
    this.#stopRecord = undefined;
  }

  #take(event: DomEvent): void {
    const { now, isPaused } = this.#context;
    const nowMs = now();
    if (event.type === META) {
      this.#snapshotStartMs = nowMs;
      event.data['colorScheme'] = colorScheme();
      // rrweb says Meta first and walks the page then: masked values are known before the event that may hold them.
      this.#context.fields.addAll(document);
    }
    if (isOfBlocked(event)) return;
    let bytes = SMALL_EVENT_BYTES;
    if (event.type === FULL_SNAPSHOT) {
      this.#masking.node((event.data as { node: Snapshot }).node);
    } else if (event.type === INCREMENTAL && event.data['source'] === MUTATION) {
      bytes = this.#masking.mutation(event.data as unknown as MutationData);
      if (!this.#storm.spend(nowMs, bytes)) {
        this.#rest();
        return;
      }
    } else if (event.type === INCREMENTAL && event.data['source'] === INPUT) {
      this.#masking.choice(event.data as { id: number; text?: unknown });
    } else if (event.type !== META && event.type !== INCREMENTAL) {
      return; // "Loaded" and the like: no one replays them, and they come before the first snapshot.
    }
    if (isPaused()) return;
    if (isFocus(event) && domNodeOf(event) === null) {
      this.#isFocusDue = true;
      return;
    }
    this.#say(event);
    this.#context.emitDom(event);
    if (event.type === FULL_SNAPSHOT) {
      this.#checkout.taken(nowMs, nowMs - this.#snapshotStartMs);
      this.#tellFocus(event.timestamp);
      this.#pointer.tell();
      this.#selects.tellDue();
      this.#leftOut.lookSoon();
    } else if (event.type === INCREMENTAL) {
      this.#noteChange(nowMs, bytes);
      if (event.data['source'] === MUTATION) {
        this.#selects.noteRemoved(event.data as unknown as MutationData);
        this.#selects.tellDue();
        if (this.#isFocusDue) this.#tellFocus(event.timestamp);
        if (!this.#mending.isDue && hasLostNode(event.data as unknown as MutationData, RECORDED))
          this.#mending.mendSoon();
      }
    }
  }

  /** Adds to an event what rrweb does not say. */
  #say(event: DomEvent): void {
    if (event.type !== INCREMENTAL) return;
    if (isFocus(event)) noteMeans(event);
    if (event.data['source'] === INPUT) this.#selects.noteInput(event.data);
    else if (event.data['source'] === ADOPTED_STYLE_SHEET) this.#sheets.noteAdopted(event.data);
  }

  /** rrweb tells where the focus goes, and not where it is. */
  #tellFocus(timestamp: number): void {
    this.#isFocusDue = false;
    const element = focusedIn(document);
    const id = element === undefined ? undefined : domNodeId(element);
    if (id === undefined) return;
    const event = { type: INCREMENTAL, data: { source: MOUSE_INTERACTION, type: FOCUS, id }, timestamp };
    noteMeans(event);
    this.#context.emitDom(event);
  }

  #noteChange(nowMs: number, bytes: number): void {
    this.#checkout.note(bytes);
    if (this.#isSnapshotAsked || !this.#checkout.isDue(nowMs, this.#context.maxAgeMs())) return;
    this.#isSnapshotAsked = true;
    const take = this.#context.guard(() => {
      this.#isSnapshotAsked = false;
      this.#snapshot();
    });
    if ('requestIdleCallback' in window) requestIdleCallback(take, { timeout: IDLE_WAIT_MS });
    else setTimeout(take, 0);
  }

  #snapshot(): void {
    if (this.#context.isPaused()) return; // What is recorded again begins with one: onFreshStart.
    // Before the document is parsed rrweb has not begun; it takes its first snapshot by itself.
    if (this.#stopRecord === undefined || document.readyState === 'loading') return;
    record.takeFullSnapshot(true);
  }

  /** The page changes faster than recording it may cost: leave it alone for a while, and begin with a snapshot again. */
  #rest(): void {
    const restMs = this.#storm.rest();
    this.stop();
    this.#isResting = true;
    if (this.#starts > MAX_RESTARTS) {
      this.#context.report(
        'stepped-down',
        'The page changes too fast, again and again: its picture is no longer recorded.',
      );
      return;
    }
    this.#context.report(
      'stepped-down',
      `The page changes too fast to record it cheaply: its picture is not recorded for ${Math.round(restMs / 1000)} s.`,
    );
    this.#restTimer = setTimeout(
      this.#context.guard(() => {
        this.start();
        this.#context.report('resumed', 'The page’s picture is recorded again.');
      }),
      restMs,
    );
  }
}
