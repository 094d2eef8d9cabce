/** https://wicg.github.io/document-picture-in-picture/ : a window of this page that stays on top of all others. */
interface DocumentPictureInPicture {
  requestWindow(options: { readonly width: number; readonly height: number }): Promise<Window>;
}

const SIZE = { width: 380, height: 560 } as const;
const STYLES = 'link[rel="stylesheet"], style';

const api = (): DocumentPictureInPicture | undefined =>
  (window as { documentPictureInPicture?: DocumentPictureInPicture }).documentPictureInPicture;

export const canFloat = (): boolean => api() !== undefined;

/** Only while a click or key is being answered. Null when the browser refuses. */
export async function openFloatWindow(title: string): Promise<Window | null> {
  const opened = await api()
    ?.requestWindow(SIZE)
    .catch(() => null);
  if (opened === undefined || opened === null) return null;
  const { documentElement, head } = opened.document;
  documentElement.lang = document.documentElement.lang;
  opened.document.title = title;
  const copy = (node: Node): void => {
    if (node instanceof HTMLElement && node.matches(STYLES)) head.append(copyOf(node, opened.document));
  };
  for (const node of document.querySelectorAll(STYLES)) copy(node);
  // Parts of the page bring their styles along when they are first shown.
  const observer = new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) copy(node);
  });
  observer.observe(document.head, { childList: true });
  opened.addEventListener('pagehide', () => observer.disconnect(), { once: true });
  return opened;
}

/** The other document has no address of its own that an address could be relative to. */
function copyOf(node: HTMLElement, to: Document): Node {
  const copied = to.importNode(node, true);
  if (node instanceof HTMLLinkElement && copied instanceof Element) copied.setAttribute('href', node.href);
  return copied;
}
