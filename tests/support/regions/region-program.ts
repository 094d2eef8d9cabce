import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { RtpParameters } from 'mediasoup/types';
import type { AudioClipSpec, VideoClipSpec } from '../rtp/media-clip.ts';
import type { RtpTarget } from '../rtp/rtp-source.ts';
import type { Region } from './region.ts';

export type AgentOrder =
  | { readonly do: 'makeSource'; readonly clips: readonly (VideoClipSpec | AudioClipSpec)[] }
  | { readonly do: 'startSource'; readonly index: number; readonly target: RtpTarget }
  | { readonly do: 'makeSink' }
  | { readonly do: 'readSink'; readonly index: number };

export interface SeenPacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly receivedUnixUs: number;
}

export interface AgentAnswers {
  readonly makeSource: {
    readonly index: number;
    readonly kind: 'audio' | 'video';
    readonly rtpParameters: RtpParameters;
  };
  readonly startSource: object;
  readonly makeSink: { readonly index: number; readonly rtpPort: number; readonly rtcpPort: number };
  readonly readSink: readonly SeenPacket[];
}

/** The agent of a region (`region-agent.ts`), from outside. */
export class RegionProgram {
  readonly #child: ChildProcess;

  constructor(region: Region) {
    const { program, args } = region.command(process.execPath, join(import.meta.dirname, 'region-agent.ts'));
    this.#child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  /** One at a time. */
  async ask<O extends AgentOrder>(order: O): Promise<AgentAnswers[O['do']]> {
    const answered = once(this.#child, 'message') as Promise<[AgentAnswers[O['do']]]>;
    this.#child.send(order);
    const [answer] = await answered;
    return answer;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}
