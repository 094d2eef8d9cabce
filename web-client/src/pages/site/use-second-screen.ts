import { useEffect, useState } from 'react';

/** Found again by this name when the first window has been loaded anew. */
const WINDOW_NAME = 'tongke-site-2';
const LOOK_EVERY_MS = 3_000;

interface ScreenPlace {
  readonly availLeft: number;
  readonly availTop: number;
  readonly availWidth: number;
  readonly availHeight: number;
}
interface ScreenDetails {
  readonly screens: readonly ScreenPlace[];
  readonly currentScreen: ScreenPlace;
}
type ManyScreens = Window & { getScreenDetails?: () => Promise<ScreenDetails> };

const isExtended = (): boolean => (window.screen as Screen & { isExtended?: boolean }).isExtended === true;

/** Where the other display is, if the browser may tell. */
async function otherPlace(): Promise<string> {
  const { getScreenDetails } = window as ManyScreens;
  if (getScreenDetails === undefined || !isExtended()) return 'popup';
  try {
    const details = await getScreenDetails.call(window);
    const other = details.screens.find((screen) => screen !== details.currentScreen);
    if (other === undefined) return 'popup';
    const { availLeft, availTop, availWidth, availHeight } = other;
    return `popup,left=${availLeft},top=${availTop},width=${availWidth},height=${availHeight}`;
  } catch {
    return 'popup';
  }
}

/** Keeps a second window open where there is a second display, or where the address says so. Answers how many screens there are. */
export function useSecondScreen(isReady: boolean, isWanted: boolean): number {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (!isReady || (!isWanted && !isExtended())) return undefined;
    let second: Window | null = null;
    let isStopped = false;
    const look = async (): Promise<void> => {
      if (second === null || second.closed) {
        const place = await otherPlace();
        if (isStopped) return;
        // Without a finger on the screen a browser may refuse; the kiosk's settings allow it.
        second = window.open('/site?screen=2', WINDOW_NAME, place);
      }
      setOpen(second !== null && !second.closed);
    };
    void look();
    const timer = setInterval(() => void look(), LOOK_EVERY_MS);
    return () => {
      isStopped = true;
      clearInterval(timer);
    };
  }, [isReady, isWanted]);
  return isOpen ? 2 : 1;
}
