import { useEffect, useEffectEvent, useRef, useState } from 'react';

/** A place where something of this type may be dropped. The same can be done by keyboard elsewhere. */
export function useDrop<E extends HTMLElement>(type: string, onDrop: (data: string) => void) {
  const ref = useRef<E>(null);
  const [isOver, setOver] = useState(false);
  const dropped = useEffectEvent(onDrop);
  useEffect(() => {
    const place = ref.current;
    if (place === null) return undefined;
    const handleOver = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes(type) !== true) return;
      event.preventDefault();
      setOver(true);
    };
    const handleLeave = (): void => setOver(false);
    const handleDrop = (event: DragEvent): void => {
      event.preventDefault();
      setOver(false);
      dropped(event.dataTransfer?.getData(type) ?? '');
    };
    place.addEventListener('dragover', handleOver);
    place.addEventListener('dragleave', handleLeave);
    place.addEventListener('drop', handleDrop);
    return () => {
      place.removeEventListener('dragover', handleOver);
      place.removeEventListener('dragleave', handleLeave);
      place.removeEventListener('drop', handleDrop);
    };
  }, [type]);
  return { ref, isOver };
}

/** What is dragged from here is `data` of this type. */
export function useDrag<E extends HTMLElement>(type: string, data: string) {
  const ref = useRef<E>(null);
  useEffect(() => {
    const thing = ref.current;
    if (thing === null) return undefined;
    const handleStart = (event: DragEvent): void => event.dataTransfer?.setData(type, data);
    thing.addEventListener('dragstart', handleStart);
    return () => thing.removeEventListener('dragstart', handleStart);
  }, [type, data]);
  return ref;
}
