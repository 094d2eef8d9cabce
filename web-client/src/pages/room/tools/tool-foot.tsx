import { createContext, useContext } from 'react';
import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';

/** The strip below what scrolls; null until it is there. */
const Place = createContext<HTMLElement | null>(null);
export const ToolFootPlace = Place.Provider;

/** Stays in sight below all else of a tool however long that is, and lies over nothing of it. */
export function ToolFoot({ children }: { readonly children: ReactNode }) {
  const place = useContext(Place);
  return place === null ? null : createPortal(children, place);
}
