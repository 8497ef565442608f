// What crosses between the stand-in's process and a page's worlds: a part of structured clone, as JSON text. It runs in Node
// and in Chromium. What Electron would carry and this does not is an error, not a loss.

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export function encode(value: unknown): string {
  return JSON.stringify(toJson(value));
}

export function decode(text: string): unknown {
  return fromJson(JSON.parse(text) as Json);
}

function toJson(value: unknown): Json {
  if (value === undefined) return { $: 'undefined' };
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error('stand-in: only finite numbers are carried');
    return value;
  }
  if (value instanceof Uint8Array) return { $: 'bytes', base64: toBase64(value) };
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object') throw new Error('An object could not be cloned.');
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    throw new Error(`stand-in: ${Object.prototype.toString.call(value)} is not carried`);
  }
  const json: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) json[key] = toJson(member);
  if ('$' in json) throw new Error('stand-in: a member named $ is not carried');
  return json;
}

function fromJson(json: Json): unknown {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map(fromJson);
  if (json['$'] === 'undefined') return undefined;
  if (json['$'] === 'bytes') return fromBase64(json['base64'] as string);
  return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, fromJson(member)]));
}

/** As many as one call of `fromCharCode` takes without harm. */
const PIECE = 32_768;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
