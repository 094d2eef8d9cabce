import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { seedDemoDistrict } from '../../storage/demo/demo-district.ts';
import type { Stores } from '../../storage/ports.ts';
import { enrolmentCode, hashPassword, normalCode, readablePassword } from '../auth/password.ts';
import { newSecretToken, tokenHash } from '../auth/secret-token.ts';
import { DemoSignIn } from '../http/demo-sign-ins.ts';
import { SETUP_TOKEN_SETTING } from '../http/routes/session.ts';
import type { Log } from '../runtime/log.ts';

/** Names that `npm start` reads, too. */
const DEMO_FILE = 'demo.json';
const FIRST_ADMINISTRATOR_FILE = 'first-administrator.txt';
const OWNER_ONLY = 0o600;

export interface FirstStartOptions {
  readonly stores: Stores;
  readonly dataFolder: string;
  readonly isDemo: boolean;
  readonly publicUrl: string;
  readonly log: Log;
}

async function writePrivately(path: string, text: string): Promise<void> {
  const draft = `${path}.draft`;
  await writeFile(draft, text, { mode: OWNER_ONLY });
  await chmod(draft, OWNER_ONLY);
  await rename(draft, path);
}

async function readDemoFile(path: string): Promise<readonly DemoSignIn[]> {
  const text = await readFile(path, 'utf8').catch(() => '[]');
  return z.array(DemoSignIn).parse(JSON.parse(text));
}

/** A new one-time link at each start until somebody has used one. */
async function offerFirstAdministrator(options: FirstStartOptions): Promise<void> {
  const path = join(options.dataFolder, FIRST_ADMINISTRATOR_FILE);
  if (await options.stores.directory.hasAdministrator()) {
    await rm(path, { force: true });
    return;
  }
  const token = newSecretToken();
  await options.stores.settings.put(SETUP_TOKEN_SETTING, tokenHash(token));
  const link = `${options.publicUrl}/setup/${token}`;
  await writePrivately(path, `${link}\n`);
  options.log.warn({ file: path }, 'no administrator yet: open the one-time link in this file');
}

/** What the first start makes: a demo district with its sign-ins, or the link for the first administrator. */
export async function prepareFirstStart(options: FirstStartOptions): Promise<readonly DemoSignIn[]> {
  if (!options.isDemo) {
    await offerFirstAdministrator(options);
    return [];
  }
  const path = join(options.dataFolder, DEMO_FILE);
  if ((await options.stores.directory.districtName()) !== undefined) return readDemoFile(path);
  const signIns = await seedDemoDistrict(options.stores, {
    nowMs: Date.now(),
    makePassword: readablePassword,
    hashPassword,
    makeEnrolmentCode: enrolmentCode,
    hashEnrolmentCode: (code) => tokenHash(normalCode(code)),
  });
  await writePrivately(path, `${JSON.stringify(signIns, null, 2)}\n`);
  return signIns;
}
