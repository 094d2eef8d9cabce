import { createHmac } from 'node:crypto';
import type { IceServer } from '../protocol/media.ts';

const VALID_SECONDS = 6 * 3600;

export interface TurnConfig {
  readonly urls: readonly string[];
  readonly secret: string;
}

/**
 * Time-limited credentials of a TURN server with a shared secret (draft-uberti-behave-turn-rest-00, coturn `use-auth-secret`).
 * `name` shows in the TURN server's log: an id, never a person's name.
 */
export function turnServers(turn: TurnConfig | undefined, name: string, nowMs: number): IceServer[] {
  if (turn === undefined) return [];
  const username = `${Math.floor(nowMs / 1000) + VALID_SECONDS}:${name}`;
  const credential = createHmac('sha1', turn.secret).update(username).digest('base64');
  return [{ urls: [...turn.urls], username, credential }];
}
