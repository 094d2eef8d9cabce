/** Any name will do: it only shows whether an address leads away from where it stands. */
const HERE = 'https://here.invalid';

/** A path of our own, never somewhere else, also where a browser would leave out or put together parts of it; else the home page. */
function ownPath(path: string | null): string {
  if (path?.startsWith('/') !== true) return '/';
  try {
    const { origin, pathname, search, hash } = new URL(path, HERE);
    return origin === HERE && !pathname.startsWith('//') ? pathname + search + hash : '/';
  } catch {
    return '/';
  }
}

/** Where somebody wanted to go before this page came in between. */
export const wantedPath = (search: string): string => ownPath(new URLSearchParams(search).get('to'));

/** Where somebody was before, if a page of ours has led here. */
export const cameFrom = (search: string): string => ownPath(new URLSearchParams(search).get('from'));
