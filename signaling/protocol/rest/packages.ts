import * as z from 'zod';
import { route } from '../define.ts';
import { RecordingId } from '../ids.ts';
import { Nothing } from './shapes.ts';

/** A recording as an Opencast media package (board and lecturer apart, metadata, captions), made on order and kept for some days. */
export const PackageView = z.object({
  /** `none`: not ordered, cancelled, or not kept any more. */
  state: z.enum(['none', 'waiting', 'making', 'ready', 'failed']),
  /** 0–1 while `making`. */
  progress: z.number().nullable(),
  /** Set when `ready`: a signed address that expires. */
  url: z.string().nullable(),
  bytes: z.int().nullable(),
  /** Until when it is kept. */
  keptUntilMs: z.int().nullable(),
});
export type PackageView = z.infer<typeof PackageView>;

const params = z.object({ recordingId: RecordingId });
const managers = ['teacher', 'schoolAdmin', 'districtAdmin'] as const;

export const packageRoutes = {
  getPackage: route({
    method: 'GET',
    path: '/recordings/{recordingId}/package',
    summary: 'How far the Opencast package of a recording is',
    access: managers,
    params,
    reply: PackageView,
    errors: ['forbidden', 'notFound', 'unavailable'],
  }),
  orderPackage: route({
    method: 'POST',
    path: '/recordings/{recordingId}/package',
    summary: 'Make an Opencast package of a recording; one that is there is made again',
    access: managers,
    params,
    reply: PackageView,
    status: 202,
    errors: ['forbidden', 'notFound', 'conflict', 'unavailable'],
  }),
  cancelPackage: route({
    method: 'DELETE',
    path: '/recordings/{recordingId}/package',
    summary: 'Stop making it',
    access: managers,
    params,
    reply: Nothing,
    errors: ['forbidden', 'notFound', 'unavailable'],
  }),
} as const;
