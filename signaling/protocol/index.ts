/** The description of the wire to the browser: the only server module that the browser imports. */
export * from './define.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './media.ts';
export * from './play-index.ts';
export * from './rest.ts';
export * from './rest/shapes.ts';
export * from './rest/lessons.ts';
export * from './rest/directory.ts';
export * from './rest/classrooms.ts';
export * from './rest/recordings.ts';
export * from './rest/session.ts';
export * from './rest/connection-check.ts';
export * from './roles.ts';
export * from './room.ts';
export * from './seats.ts';
export * from './version.ts';
