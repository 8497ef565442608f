import { redactUrl } from '../../shared/privacy/redact-url.js';
import { formatLog } from '../../shared/session/format-log.js';
import type { ErrorEvent as LaneErrorEvent } from '../../shared/session/lane.js';
import { nameOf } from '../../shared/session/serialize.js';
import { isElement } from '../masking/fields.js';
import { selectors } from '../masking/selectors.js';
import { listen } from '../page.js';
import { boundStack, locationOf, type CodeLocation } from './call-site.js';
import { describeNode } from './describe-node.js';
import type { Lane, LaneContext } from './lane.js';

/** Errors in one second past this are counted and dropped: a broken timer throws the same one without end. */
const MAX_PER_SECOND = 50;

interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

/** What was thrown: an Error, or anything at all. */
function describeThrown(thrown: unknown): Thrown {
  if (!(thrown instanceof Error)) return { name: typeof thrown, message: formatLog([thrown], describeNode).message };
  const { message } = formatLog([thrown]);
  const name = nameOf(thrown);
  const stack = typeof thrown.stack === 'string' ? boundStack(thrown.stack) : undefined;
  return {
    name,
    message: message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message,
    ...(stack === undefined ? {} : { stack }),
  };
}

function locationOfThrown(stack: string | undefined): { readonly location?: CodeLocation } {
  const location = stack === undefined ? undefined : locationOf(stack);
  return location === undefined ? {} : { location };
}

/** Of what is blocked nothing is told. */
function sourceOf(element: Element): string {
  if (element.closest(selectors.block) !== null) return '';
  for (const name of ['src', 'href', 'data']) {
    const url = element.getAttribute(name);
    if (url !== null) return redactUrl(url);
  }
  return '';
}

/** Uncaught errors, rejections that nobody handled, resources that did not load, breaches of the content security policy. */
export const errorLane: Lane = (context) => {
  const emit = limited(context);
  const onError = context.guard((event: Event) => {
    // Errors of resources do not bubble and have no message: they pass on their way down.
    if (isElement(event.target)) {
      const element = event.target;
      const url = sourceOf(element);
      emit({ kind: 'resource', name: element.localName, message: `Could not load ${element.localName} ${url}`.trim() });
      return;
    }
    if (!(event instanceof ErrorEvent)) return;
    const thrown: Thrown =
      event.error === null || event.error === undefined
        ? { name: 'Error', message: event.message }
        : describeThrown(event.error);
    const location =
      event.filename === ''
        ? locationOfThrown(thrown.stack)
        : { location: { url: redactUrl(event.filename), line: event.lineno, column: event.colno } };
    emit({ kind: 'uncaught', ...thrown, ...location });
  });
  const onRejection = context.guard((event: PromiseRejectionEvent) => {
    const thrown = describeThrown(event.reason);
    emit({ kind: 'unhandled-rejection', ...thrown, ...locationOfThrown(thrown.stack) });
  });
  const onPolicy = context.guard((event: SecurityPolicyViolationEvent) => {
    const what = event.blockedURI === '' ? 'something' : redactUrl(event.blockedURI);
    emit({
      kind: 'csp',
      name: event.effectiveDirective,
      message: `${event.disposition === 'report' ? 'Would block' : 'Blocked'} ${what} by ${event.effectiveDirective}`,
      ...(event.sourceFile === ''
        ? {}
        : { location: { url: redactUrl(event.sourceFile), line: event.lineNumber, column: event.columnNumber } }),
    });
  });
  const stops = [
    listen(window, 'error', onError),
    listen(window, 'unhandledrejection', onRejection),
    listen(document, 'securitypolicyviolation', onPolicy),
  ];
  return () => {
    for (const stop of stops) stop();
  };
};

function limited(context: LaneContext): (event: Omit<LaneErrorEvent, 'type' | 't'>) => void {
  let second = 0;
  let inSecond = 0;
  return (event) => {
    const t = context.now();
    if (Math.floor(t / 1000) !== second) {
      if (inSecond > MAX_PER_SECOND) {
        context.report('dropped', 'More errors in a second than are kept.', inSecond - MAX_PER_SECOND);
      }
      second = Math.floor(t / 1000);
      inSecond = 0;
    }
    inSecond++;
    if (inSecond <= MAX_PER_SECOND) context.emit({ type: 'error', t, ...event }, true);
  };
}
