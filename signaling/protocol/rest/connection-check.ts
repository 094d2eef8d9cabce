import * as z from 'zod';
import { route } from '../define.ts';
import { TransportId } from '../ids.ts';
import { IceServer, TransportOffer } from '../media.ts';
import type * as mediasoup from 'mediasoup/types';
import { Nothing } from './shapes.ts';

/** The connection check: a real transport to the media node, so that a blocked UDP or TCP port is named. */
export const connectionCheckRoutes = {
  startConnectionCheck: route({
    method: 'POST',
    path: '/connection-check',
    summary: 'A transport to try UDP and TCP with; closed after 20 s',
    access: ['public'],
    reply: z.object({
      checkId: z.string(),
      iceServers: z.array(IceServer),
      routerRtpCapabilities: z.custom<mediasoup.RtpCapabilities>(
        (value) => typeof value === 'object' && value !== null,
      ),
      transport: TransportOffer,
    }),
    status: 201,
    errors: ['tooManyRequests', 'unavailable'],
  }),
  connectConnectionCheck: route({
    method: 'POST',
    path: '/connection-check/{checkId}/connect',
    summary: 'The browser’s DTLS parameters for the transport of a connection check',
    access: ['public'],
    params: z.object({ checkId: z.string().max(64) }),
    body: z.object({
      transportId: TransportId,
      dtlsParameters: z.custom<mediasoup.DtlsParameters>((value) => typeof value === 'object' && value !== null),
    }),
    reply: Nothing,
    errors: ['notFound', 'invalidInput', 'unavailable'],
  }),
} as const;
