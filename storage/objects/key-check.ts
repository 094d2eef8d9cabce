import { AppError } from '../../signaling/protocol/errors.ts';

const MAX_KEY_LENGTH = 512;
const KEY = /^[\w+=-][\w.+=-]*(?:\/[\w+=-][\w.+=-]*)*$/;
const PREFIX = /^(?:[\w+=-][\w.+=-]*\/)*(?:[\w+=-][\w.+=-]*)?$/;

/** Refuses whatever could leave the store's folder or mean different objects to different adapters. */
export function checkObjectKey(key: string): void {
  if (key.length > MAX_KEY_LENGTH || !KEY.test(key)) {
    throw new AppError('invalidInput', { message: 'not an object key' });
  }
}

/** Like `checkObjectKey` for the beginning of a key; the empty string means all objects. */
export function checkObjectPrefix(prefix: string): void {
  if (prefix.length > MAX_KEY_LENGTH || !PREFIX.test(prefix)) {
    throw new AppError('invalidInput', { message: 'not a prefix of object keys' });
  }
}

export function checkFolderPrefix(prefix: string): void {
  checkObjectPrefix(prefix);
  if (!prefix.endsWith('/')) throw new AppError('invalidInput', { message: 'a folder prefix ends in a slash' });
}
