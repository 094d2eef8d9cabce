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

/** Gives up the highest simulcast layer that each picture is sent in, as a browser does by itself when its line or processor gets short; tells how many there were. */
export async function giveUpTopLayers(page: Page): Promise<number> {
  return page.evaluate(async () => {
    let given = 0;
    for (const sender of globalThis.madeConnections.flatMap((connection) => connection.getSenders())) {
      const parameters = sender.getParameters();
      if (sender.track?.kind !== 'video' || parameters.encodings.length < 2) continue;
      const report = (await sender.getStats()) as Map<string, Record<string, unknown>>;
      const sent = [...report.values()].filter((entry) => Number(entry['framesSent'] ?? 0) > 0);
      const top = parameters.encodings.findLast(({ rid }) => sent.some((entry) => entry['rid'] === rid));
      if (top === undefined) continue;
      top.active = false;
      await sender.setParameters(parameters);
      given += 1;
    }
    return given;
  });
}

/** Sends every layer again. */
export async function sendAllLayers(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (const sender of globalThis.madeConnections.flatMap((connection) => connection.getSenders())) {
      const parameters = sender.getParameters();
      if (sender.track?.kind !== 'video' || parameters.encodings.length < 2) continue;
      for (const encoding of parameters.encodings) encoding.active = true;
      await sender.setParameters(parameters);
    }
  });
}

/** What a page has made of the sound that came to it. */
export interface Hearing {
  /** Of the samples that were played, those that had to be made up. */
  readonly concealedShare: number;
  /** The longest time that was made up as a whole, to 50 ms. */
  readonly longestHoleMs: number;
}

const LOOK_EVERY_MS = 50;

/** Looks for that long at what comes to the page from others. */
export async function watchHearing(page: Page, ms: number): Promise<Hearing> {
  return page.evaluate(
    async ([watchMs, everyMs]) => {
      const look = async (): Promise<{ played: number; concealed: number }> => {
        const sums = { played: 0, concealed: 0 };
        for (const connection of globalThis.madeConnections) {
          const report = (await connection.getStats()) as Map<string, Record<string, unknown>>;
          for (const entry of report.values()) {
            if (entry['type'] !== 'inbound-rtp' || entry['kind'] !== 'audio') continue;
            sums.played += Number(entry['totalSamplesReceived'] ?? 0);
            sums.concealed += Number(entry['concealedSamples'] ?? 0);
          }
        }
        return sums;
      };
      const first = await look();
      let last = first;
      let [hole, longest] = [0, 0];
      for (const untilMs = performance.now() + watchMs; performance.now() < untilMs;) {
        await new Promise((done) => {
          setTimeout(done, everyMs);
        });
        const now = await look();
        const played = now.played - last.played;
        // Nearly all of it: packets do not end where we look.
        if (played > 0) hole = now.concealed - last.concealed >= played * 0.9 ? hole + played : 0;
        longest = Math.max(longest, hole);
        last = now;
      }
      const played = last.played - first.played;
      return {
        concealedShare: played === 0 ? 1 : (last.concealed - first.concealed) / played,
        longestHoleMs: Math.round(longest / 48),
      };
    },
    [ms, LOOK_EVERY_MS] as const,
  );
}
