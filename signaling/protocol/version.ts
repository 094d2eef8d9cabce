/**
 * Version of everything in this folder. Grows by one with each change that an older browser page could misread; a page
 * with another number is answered `clientTooOld` and reloads itself (SPEC H1).
 */
export const PROTOCOL_VERSION = 4;
