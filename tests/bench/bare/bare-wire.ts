import type { DtlsParameters, MediaKind, RtpCapabilities, RtpParameters } from 'mediasoup/types';

/** What a page of the bare call asks of its server; sent as `{n, request}`, answered as `{n, answer}`. */
export type BareRequest =
  | { readonly do: 'capabilities' }
  | { readonly do: 'transport' }
  | { readonly do: 'connect'; readonly transportId: string; readonly dtlsParameters: DtlsParameters }
  | {
      readonly do: 'produce';
      readonly transportId: string;
      readonly kind: MediaKind;
      readonly rtpParameters: RtpParameters;
    }
  | { readonly do: 'consume'; readonly transportId: string; readonly rtpCapabilities: RtpCapabilities }
  | { readonly do: 'resume'; readonly consumerIds: readonly string[] };
