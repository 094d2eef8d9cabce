import { queryOptions } from '@tanstack/react-query';
import { SlideIndex } from '../../../../signaling/protocol/slide-index.ts';

/** They come some minutes after class: soon enough for who sees nothing without them, and for who has other pictures. */
const URGENT_MS = 15_000;
const CALM_MS = 30_000;

/** Null while there are none. A URL that has expired fails, and is to be renewed. */
export const slidesQuery = (url: string | null, isUrgent: boolean) =>
  queryOptions({
    queryKey: ['slides', url],
    queryFn: async ({ signal }): Promise<SlideIndex | null> => {
      if (url === null) return null;
      const response = await fetch(url, { signal });
      if (response.status === 404) return null;
      if (!response.ok) throw new Error(`slides: ${response.status}`);
      return SlideIndex.parse(await response.json());
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state }) => (state.data === null && url !== null ? (isUrgent ? URGENT_MS : CALM_MS) : false),
  });
