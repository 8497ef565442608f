/** Raw deflate (RFC 1951), which zip calls method 8. */
export const ENCODING_DEFLATE = 'deflate';
/** Stored as it is, for what is compressed already (video). */
export const ENCODING_STORE = 'store';
