import { MASK } from './policy.js';

// Parameters whose value is a credential whoever typed it. Names are compared without their case and separators.
const SECRET_PARAMETERS =
  /^(access|auth|bearer|csrf|id|refresh|reset|session|sso|xsrf)?(token|jwt)$|^(api|app|private|secret|subscription)?key$|^(passw.*|pwd|pass|passphrase|secret|clientsecret|sig|signature|code|otp|pin|auth|authorization|sessionid|sid|credential.*|xamz.*|googleaccessid|samlresponse|assertion)$/;

/** Whether a name of a parameter is one of those: user[password] is a password too. */
function isSecretParameter(name: string): boolean {
  const last =
    name
      .toLowerCase()
      .split(/%5b|\[/)
      .at(-1) ?? '';
  return SECRET_PARAMETERS.test(last.replaceAll(/%5d|[\].\-_]/g, ''));
}

/** A longer URL says no more about a request; data: URLs would carry whole files. */
const MAX_URL_LENGTH = 4096;
const MAX_DATA_URL_LENGTH = 64;

function redactParameters(parameters: string): string {
  return parameters
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 0) return pair;
      return isSecretParameter(pair.slice(0, equals)) ? `${pair.slice(0, equals + 1)}${MASK}` : pair;
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

// The same within any other text: a log line, an address on a page, JSON. User info ends at the last @ before a path; a parameter is
// what stands between ?, & or # and what can be part of no URL, or ends one in JSON that is within a text.
const USER_INFO = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s"'<>\\/?#`]{1,500}@/gi;
const PARAMETER = /([?&#](?:amp;)?)([\w%[\].-]{1,80})=([^\s&#"'<>\\`]+)/g;

/** A text whose URLs have neither user info nor a value of a parameter that is a credential by its name. */
export function redactUrlsIn(text: string): string {
  const anonymous = text.includes('@') ? text.replace(USER_INFO, '$1') : text;
  if (!anonymous.includes('=')) return anonymous;
  return anonymous.replace(PARAMETER, (whole, sign: string, name: string) =>
    isSecretParameter(name) ? `${sign}${name}=${MASK}` : whole,
  );
}

/** Parts of the names that `SECRET_PARAMETERS` knows. */
const SUSPECT =
  /:\/\/[^\s"'<>\\/?#`]{1,500}@|[?&#](?:amp;)?[\w%[\].-]{0,80}(?:token|jwt|key|pass|pwd|secret|sig|code|otp|pin|auth|session|sid|credential|amz|google|saml|assertion)[\w%[\].-]{0,80}=(?!\*\*\*)[^\s&#"'<>\\`]/i;

/** Whether `redactUrlsIn` may change this text, or one that this is the JSON of. It says no to nearly all, and quickly. */
export function mayHaveCredentials(text: string): boolean {
  return SUSPECT.test(text);
}
