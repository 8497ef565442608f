import { MASK } from './policy.js';

// Parameters whose value is a credential whoever typed it. Names are compared without their case and separators.
const SECRET_PARAMETERS =
  /^(access|auth|bearer|csrf|id|refresh|reset|session|sso|xsrf)?(token|jwt)$|^(api|app|private|secret|subscription)?key$|^(passw.*|pwd|pass|passphrase|secret|clientsecret|sig|signature|code|otp|pin|auth|authorization|sessionid|sid|credential.*|xamz.*|googleaccessid|samlresponse|assertion)$/;

/** A longer URL says no more about a request; data: URLs would carry whole files. */
const MAX_URL_LENGTH = 4096;
const MAX_DATA_URL_LENGTH = 64;

function redactParameters(parameters: string): string {
  return parameters
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 0) return pair;
      // user[password] is a password too.
      const last =
        pair
          .slice(0, equals)
          .toLowerCase()
          .split(/%5b|\[/)
          .at(-1) ?? '';
      const name = last.replaceAll(/%5d|[\].\-_]/g, '');
      return SECRET_PARAMETERS.test(name) ? `${pair.slice(0, equals + 1)}${MASK}` : pair;
    })
    .join('&');
}

/** A URL as the lanes keep it: no user info, no value of a parameter that is a credential by its name, bounded. */
export function redactUrl(url: string): string {
  if (/^data:/i.test(url)) return url.length > MAX_DATA_URL_LENGTH ? `${url.slice(0, MAX_DATA_URL_LENGTH)}…` : url;
  let text = url.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/?#@]*(?:@[^/?#@]*)*@/i, (whole) =>
    whole.slice(0, whole.indexOf('//') + 2),
  );
  const hash = text.indexOf('#');
  let fragment = hash < 0 ? '' : text.slice(hash + 1);
  if (hash >= 0) text = text.slice(0, hash);
  // Single-page apps and OAuth put parameters behind the hash as well, with or without a path before them.
  if (fragment.includes('=')) {
    const question = fragment.indexOf('?');
    fragment = fragment.slice(0, question + 1) + redactParameters(fragment.slice(question + 1));
  }
  const question = text.indexOf('?');
  if (question >= 0) text = text.slice(0, question + 1) + redactParameters(text.slice(question + 1));
  if (hash >= 0) text += `#${fragment}`;
  return text.length > MAX_URL_LENGTH ? `${text.slice(0, MAX_URL_LENGTH)}…` : text;
}
