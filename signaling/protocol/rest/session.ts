import * as z from 'zod';
import { route } from '../define.ts';
import { RtpCapabilities } from '../media.ts';
import { Me, Nothing, Password, DisplayName, AccountName } from './shapes.ts';

/** Who am I, and the very first start. */
export const sessionRoutes = {
  systemInfo: route({
    method: 'GET',
    path: '/system',
    summary: 'What every page may know before sign-in',
    access: ['public'],
    reply: z.object({
      districtName: z.string(),
      protocolVersion: z.int(),
      version: z.string(),
      isDemo: z.boolean(),
      /** Only in a demo district. */
      demoAccounts: z.array(
        z.object({ account: z.string(), password: z.string(), role: z.string(), name: z.string(), school: z.string() }),
      ),
      /** Classrooms of a demo district, with the codes that any screen becomes theirs with, as often as one likes. */
      demoSites: z.array(z.object({ classroom: z.string(), school: z.string(), code: z.string() })),
      /** True until the first administrator exists. */
      needsSetup: z.boolean(),
      /** True when a local certificate authority can be fetched from `/ca.crt`. */
      hasLocalAuthority: z.boolean(),
      /** What the routers of rooms can do, so that a page may load its device before it enters one; null while no media node is known. */
      roomCapabilities: RtpCapabilities.nullable(),
      serverNowMs: z.int(),
    }),
  }),
  setUpDistrict: route({
    method: 'POST',
    path: '/setup',
    summary: 'Make the first administrator with the one-time link of the first start',
    access: ['public'],
    body: z.object({
      token: z.string().max(200),
      districtName: DisplayName,
      account: AccountName,
      displayName: DisplayName,
      password: Password,
    }),
    reply: Me,
    status: 201,
    errors: ['gone', 'forbidden', 'tooManyRequests'],
  }),
  signIn: route({
    method: 'POST',
    path: '/session',
    summary: 'Sign in with account and password; sets the session cookie',
    access: ['public'],
    body: z.object({ account: z.string().trim().toLowerCase().min(1).max(60), password: z.string().min(1).max(200) }),
    reply: Me,
    errors: ['wrongCredentials', 'tooManyRequests'],
  }),
  whoAmI: route({
    method: 'GET',
    path: '/session',
    summary: 'The signed-in person, or null',
    access: ['public'],
    reply: z.object({ me: Me.nullable() }),
  }),
  signOut: route({
    method: 'DELETE',
    path: '/session',
    summary: 'End the session',
    access: ['public'],
    reply: Nothing,
  }),
  changePassword: route({
    method: 'PUT',
    path: '/session/password',
    summary: 'Change the own password; every other session of the person ends',
    access: ['person'],
    allowsFirstPassword: true,
    body: z.object({
      /** Left out only by people who must change it: they have just signed in with it. */
      current: z.string().min(1).max(200).optional(),
      next: Password,
    }),
    reply: Nothing,
    errors: ['wrongCredentials', 'invalidInput', 'tooManyRequests'],
  }),
} as const;
