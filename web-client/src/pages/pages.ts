import { lazy } from 'react';

/**
 * Every page that is loaded when somebody goes there. `open` ones need nobody signed in; `signedIn` ones send people to the
 * sign-in first and bring them back.
 */
export const pages = {
  open: [
    { path: '/sign-in', Page: lazy(() => import('./sign-in/sign-in-page.tsx')) },
    { path: '/join/:token', Page: lazy(() => import('./join/join-page.tsx')) },
    { path: '/site', Page: lazy(() => import('./site/site-page.tsx')) },
    { path: '/check', Page: lazy(() => import('./check/connection-check-page.tsx')) },
    { path: '/devices', Page: lazy(() => import('./check/device-check-page.tsx')) },
    { path: '/trust', Page: lazy(() => import('./trust/trust-page.tsx')) },
    { path: '/shared/:token', Page: lazy(() => import('./shared/shared-page.tsx')) },
    { path: '/setup/:token', Page: lazy(() => import('./setup/setup-page.tsx')) },
  ],
  signedIn: [
    { path: '/', Page: lazy(() => import('./home/home-page.tsx')) },
    { path: '/calendar', Page: lazy(() => import('./calendar/calendar-links-page.tsx')) },
    { path: '/p/:code', Page: lazy(() => import('./phone/pair-page.tsx')) },
    { path: '/phone', Page: lazy(() => import('./phone/phone-page.tsx')) },
    { path: '/calendar/import', Page: lazy(() => import('./calendar/calendar-import-page.tsx')) },
    { path: '/password', Page: lazy(() => import('./password/password-page.tsx')) },
    { path: '/desk/:section?', Page: lazy(() => import('./desk/desk-page.tsx')) },
    { path: '/lessons/:lessonId/report', Page: lazy(() => import('./report/report-page.tsx')) },
    { path: '/people/:personId/answers', Page: lazy(() => import('./answers/answers-page.tsx')) },
    { path: '/lessons/:lessonId/courseware', Page: lazy(() => import('./courseware/courseware-page.tsx')) },
    { path: '/room/:lessonId', Page: lazy(() => import('./room/room-page.tsx')) },
    { path: '/inspection', Page: lazy(() => import('./inspection/inspection-page.tsx')) },
    { path: '/library', Page: lazy(() => import('./library/library-page.tsx')) },
    { path: '/watch/:recordingId/edit', Page: lazy(() => import('./editor/editor-page.tsx')) },
    { path: '/watch/:recordingId/statistics', Page: lazy(() => import('./player/statistics-page.tsx')) },
    { path: '/watch/:recordingId/captions/:language', Page: lazy(() => import('./captions/caption-editor-page.tsx')) },
    { path: '/watch/:recordingId/captions', Page: lazy(() => import('./captions/captions-page.tsx')) },
    { path: '/watch/:recordingId', Page: lazy(() => import('./player/player-page.tsx')) },
  ],
} as const;
