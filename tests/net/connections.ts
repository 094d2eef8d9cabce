import type { Page } from 'playwright-core';

declare global {
  var madeConnections: RTCPeerConnection[];
}

/** Remembers every peer connection that the page will make. To be called before its first page is opened. */
export async function rememberConnections(page: Page): Promise<void> {
  await page.addInitScript(() => {
    globalThis.madeConnections = [];
    const Original = globalThis.RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        globalThis.madeConnections.push(this);
      }
    };
  });
}

/** The way that a peer connection's media takes, as the browser's statistics tell it. */
export interface SelectedPair {
  readonly protocol: string;
  readonly remotePort: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** One pair for each connection of the page that is up. */
export async function selectedPairs(page: Page): Promise<SelectedPair[]> {
  return page.evaluate(async () => {
    const pairs: SelectedPair[] = [];
    for (const connection of globalThis.madeConnections) {
      if (connection.connectionState !== 'connected') continue;
      const report = (await connection.getStats()) as Map<string, Record<string, unknown>>;
      const transport = [...report.values()].find((entry) => entry['type'] === 'transport');
      const pair = report.get(String(transport?.['selectedCandidatePairId']));
      const remote = report.get(String(pair?.['remoteCandidateId']));
      if (pair === undefined || remote === undefined) continue;
      pairs.push({
        protocol: String(remote['protocol']),
        remotePort: Number(remote['port']),
        bytesSent: Number(pair['bytesSent']),
        bytesReceived: Number(pair['bytesReceived']),
      });
    }
    return pairs;
  });
}

/** Pictures that the page has sent so far, by stream (a simulcast layer each). */
export async function sentPictures(page: Page): Promise<Map<number, number>> {
  const entries = await page.evaluate(async () => {
    const sent: [number, number][] = [];
    for (const connection of globalThis.madeConnections) {
      const report = (await connection.getStats()) as Map<string, Record<string, unknown>>;
      for (const entry of report.values()) {
        if (entry['type'] !== 'outbound-rtp' || entry['kind'] !== 'video') continue;
        sent.push([Number(entry['ssrc']), Number(entry['framesSent'] ?? 0)]);
      }
    }
    return sent;
  });
  return new Map(entries);
}
