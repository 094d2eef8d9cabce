/** The health check of our containers: whether the process in this one says that it may be given work. */
const answer = await fetch(`http://127.0.0.1:${process.env['INNER_PORT']}/readyz`).catch(() => undefined);
process.exitCode = answer?.ok === true ? 0 : 1;
