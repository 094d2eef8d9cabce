import { useLayoutEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import type { Area } from './packing.ts';

/** The size of an element in CSS pixels, followed. */
export function useSize<E extends HTMLElement>(): { readonly ref: RefObject<E | null>; readonly area: Area } {
  const ref = useRef<E>(null);
  const [area, setArea] = useState<Area>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const measure = (): void => setArea({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, area };
}
