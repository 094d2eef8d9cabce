import type { types } from 'mediasoup-client';
import { callApi } from '../api/api.ts';
import type { RouteReply } from '../../../signaling/protocol/rest.ts';
import { asFailure } from '../api/request-failure.ts';
import { captureFailure } from './capture-problem.ts';
import type { Devices } from './devices.ts';

export const CHECK_STEPS = ['https', 'websocket', 'udp', 'tcp', 'camera', 'microphone'] as const;
export type CheckStep = (typeof CHECK_STEPS)[number];

export type StepResult =
  | { readonly kind: 'waiting' | 'running' | 'passed' | 'skipped' }
  /** `port` for the media steps: what to ask the network's administrator to open. */
  | { readonly kind: 'blocked'; readonly port?: number };

const WEBSOCKET_TIMEOUT_MS = 6_000;
const TRANSPORT_TIMEOUT_MS = 8_000;

type Offer = RouteReply<'startConnectionCheck'>;

/** Engine.IO answers the upgrade with an open packet; whoever is in between must let both through. */
function checkWebSocket(): Promise<StepResult> {
  return new Promise((resolve) => {
    const url = new URL('/socket.io/?EIO=4&transport=websocket', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    const settle = (result: StepResult): void => {
      clearTimeout(timer);
      socket.close();
      resolve(result);
    };
    const timer = setTimeout(() => settle({ kind: 'blocked' }), WEBSOCKET_TIMEOUT_MS);
    socket.addEventListener('message', () => settle({ kind: 'passed' }));
    socket.addEventListener('error', () => settle({ kind: 'blocked' }));
  });
}

/**
 * A real transport to the media node that is offered only the candidates of one protocol: it connects exactly when that
 * protocol gets through. Each protocol has its own check on the server, since a transport connects once.
 */
async function checkMedia(protocol: 'udp' | 'tcp'): Promise<StepResult> {
  const offer = await callApi('startConnectionCheck').catch(() => null);
  if (offer === null) return { kind: 'skipped' };
  const candidates = offer.transport.iceCandidates.filter((candidate) => candidate.protocol === protocol);
  const port = candidates[0]?.port;
  if (candidates.length === 0) return { kind: 'skipped' };
  // A browser that can try nothing has found nothing blocked.
  const isConnected = await connects(offer, candidates).catch(() => null);
  if (isConnected === null) return { kind: 'skipped' };
  return isConnected ? { kind: 'passed' } : { kind: 'blocked', ...(port === undefined ? {} : { port }) };
}

async function connectCheck(
  { checkId, transport }: Offer,
  dtlsParameters: types.DtlsParameters,
  done: () => void,
  fail: (error: Error) => void,
): Promise<void> {
  try {
    const body = { transportId: transport.transportId, dtlsParameters };
    await callApi('connectConnectionCheck', { params: { checkId }, body });
  } catch (error) {
    fail(asFailure(error));
    return;
  }
  done();
}

async function connects(offer: Offer, candidates: Offer['transport']['iceCandidates']): Promise<boolean> {
  const { Device } = await import('mediasoup-client');
  const device = await Device.factory();
  await device.load({ routerRtpCapabilities: offer.routerRtpCapabilities as never });
  const { transportId, iceParameters, dtlsParameters } = offer.transport;
  const transport = device.createSendTransport({
    id: transportId,
    iceParameters: iceParameters,
    iceCandidates: candidates,
    dtlsParameters: dtlsParameters,
  });
  // A silent track from a destination node: no microphone is asked for to find out about the network.
  const context = new AudioContext();
  const [track] = context.createMediaStreamDestination().stream.getAudioTracks();
  try {
    return await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), TRANSPORT_TIMEOUT_MS);
      transport.on('connectionstatechange', (state) => {
        if (state !== 'connected' && state !== 'failed') return;
        clearTimeout(timer);
        resolve(state === 'connected');
      });
      transport.on('connect', (parameters, done, fail) => {
        void connectCheck(offer, parameters.dtlsParameters, done, fail);
      });
      // The path is what is asked about; nothing is ever sent through it.
      transport.on('produce', (_parameters, done) => done({ id: transportId }));
      if (track === undefined) resolve(false);
      else transport.produce({ track, stopTracks: false }).catch(() => resolve(false));
    });
  } finally {
    transport.close();
    track?.stop();
    await context.close().catch(() => undefined);
  }
}

async function checkDevice(open: () => Promise<MediaStreamTrack>): Promise<StepResult> {
  try {
    (await open()).stop();
    return { kind: 'passed' };
  } catch (error) {
    return captureFailure(error).problem === 'insecure' ? { kind: 'skipped' } : { kind: 'blocked' };
  }
}

/** Runs every step in turn and reports each as it goes. */
export async function runConnectionCheck(
  devices: Devices,
  onStep: (step: CheckStep, result: StepResult) => void,
): Promise<void> {
  const works: Readonly<Record<CheckStep, () => Promise<StepResult>>> = {
    https: () => Promise.resolve(isSecureContext ? { kind: 'passed' } : { kind: 'blocked' }),
    websocket: checkWebSocket,
    udp: () => checkMedia('udp'),
    tcp: () => checkMedia('tcp'),
    camera: () => checkDevice(() => devices.openPlainCamera()),
    microphone: () => checkDevice(() => devices.openMicrophone({ isTeacher: false })),
  };
  for (const step of CHECK_STEPS) {
    onStep(step, { kind: 'running' });
    onStep(step, await works[step]());
  }
}
