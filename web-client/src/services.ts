import { createContext, useContext } from 'react';
import { RequestFailure } from './api/request-failure.ts';
import type { Devices } from './call/devices.ts';
import type { SeatMemory } from './call/seat-memory.ts';
import type { WarmDevice } from './call/warm-device.ts';
import type { UploadQueue } from './uploads/upload-queue.ts';

/** What lives as long as the page and is made in `main.tsx`. */
export interface Services {
  readonly devices: Devices;
  readonly seatMemory: SeatMemory;
  readonly warmDevice: WarmDevice;
  readonly uploads: UploadQueue;
}

const Context = createContext<Services | null>(null);
export const ServicesProvider = Context.Provider;

export function useServices(): Services {
  const services = useContext(Context);
  if (services === null) throw new RequestFailure('unreadable', { message: 'rendered outside of ServicesProvider' });
  return services;
}
