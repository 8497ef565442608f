import * as v from 'valibot';

const capabilitySchema = v.object({ capability: v.pipe(v.string(), v.minLength(1), v.maxLength(500)) });

/**
 * The panel's capability, which the web host writes into this document (and into no other, and into no URL). Read once
 * and taken out of the document. Undefined where the document was not served by the host.
 */
export function takeCapability(from: Document): string | undefined {
  const element = from.getElementById('fluxrec-capability');
  if (element === null) return undefined;
  const text = element.textContent;
  element.remove();
  try {
    return v.parse(capabilitySchema, JSON.parse(text)).capability;
  } catch {
    return undefined; // Not what a host writes: the same as none.
  }
}
