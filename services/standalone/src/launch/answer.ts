import http from 'node:http';
import https from 'node:https';

/** Longer than a server looks at its parts before it says that one does not work. */
const patience = 7_000;

/**
 * Whether a server at this base URL says what its parts are like, be it that the database is away: posts are accepted then.
 * It asks nobody for a token. The certificate is not judged: it may be made for another name than this machine's own.
 */
export const answers = (url: string): Promise<boolean> =>
  new Promise((settle) => {
    const target = new URL('/-/ready', url);
    // `localhost` may mean ::1 alone here, while the server had to do with IPv4.
    const options = { agent: false, timeout: patience, autoSelectFamily: true } as const;
    const request =
      target.protocol === 'https:'
        ? https.get(target, { ...options, rejectUnauthorized: false })
        : http.get(target, options);
    request.on('response', (response) => {
      response.resume();
      response.on('close', () => settle(response.statusCode === 200 || response.statusCode === 503));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => settle(false));
    request.on('close', () => settle(false));
  });
