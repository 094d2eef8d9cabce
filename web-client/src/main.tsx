import './older-browsers.ts';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { createQueryClient, systemQuery } from './api/queries.ts';
import { App } from './app.tsx';
import { Devices } from './call/devices.ts';
import { SeatMemory } from './call/seat-memory.ts';
import { WarmDevice } from './call/warm-device.ts';
import { ServicesProvider } from './services.ts';
import { language } from './text/language.ts';
import { UploadQueue } from './uploads/upload-queue.ts';
import './styles/base.css';

const root = document.querySelector('#root');
if (root === null) throw new Error('the page has no #root');

document.documentElement.lang = language();
const queries = createQueryClient();
const services = {
  devices: new Devices(localStorage),
  seatMemory: new SeatMemory(sessionStorage),
  warmDevice: new WarmDevice(localStorage, async () => (await queries.ensureQueryData(systemQuery)).roomCapabilities),
  uploads: new UploadQueue(window),
};

// What stands there already is `public/older-browsers.js`: this browser is too old.
if (root.firstChild === null)
  createRoot(root).render(
    <QueryClientProvider client={queries}>
      <CSPProvider disableStyleElements>
        <ServicesProvider value={services}>
          <App />
        </ServicesProvider>
      </CSPProvider>
    </QueryClientProvider>,
  );
