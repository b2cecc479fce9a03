import { fileURLToPath } from 'node:url';

/** The folder with the certificate and the key of servers that speak TLS: for tests only, the key is public. */
export const certificateFolder = fileURLToPath(new URL('../../certificate', import.meta.url));

/** A certificate for localhost, 127.0.0.1 and ::1 that signed itself: what clients have to trust. */
export const certificate = `${certificateFolder}/server.pem`;
