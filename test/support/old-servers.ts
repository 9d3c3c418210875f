import { createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, type Server, createServer } from 'node:net';

/* Fake servers that report an old version. They implement only the few bytes of the protocol that ask for it. */

interface Fake {
  port: number;
  stop(): Promise<void>;
}

/** PostgreSQL's protocol 3: accepts every login, and answers every query with its version. */
export function oldPostgres(version: string): Promise<Fake> {
  const message = (type: string, ...parts: Buffer[]) => {
    const body = Buffer.concat(parts);
    const head = Buffer.from(`${type}....`);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const int = (bytes: 2 | 4, n: number) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeIntBE(n, 0, bytes);
    return buffer;
  };
  const ready = message('Z', Buffer.from('I'));
  const [TEXT, ANY] = [int(4, 25), int(2, -1)];
  const column = Buffer.concat([
    Buffer.from('server_version\0'),
    int(4, 0),
    int(2, 0),
    TEXT,
    ANY,
    int(4, -1),
    int(2, 0),
  ]);
  const value = Buffer.concat([int(4, version.length), Buffer.from(version)]);
  const answer = [message('T', int(2, 1), column), message('D', int(2, 1), value), message('C', Buffer.from('SHOW\0'))];
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', int(4, 0)), ready]));
      socket.on('data', (query) => query[0] === 'Q'.charCodeAt(0) && socket.write(Buffer.concat([...answer, ready])));
    });
    socket.on('error', () => {});
  });
  return listening(server);
}

/** Temporal's front end: GetSystemInfo returns a message whose first field is the version. Other gRPC calls return an empty one. */
export function oldTemporal(version: string): Promise<Fake> {
  const body = Buffer.concat([Buffer.from([0x0a, version.length]), Buffer.from(version)]);
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, body.length]), body]);
  const server = createHttp2();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    const asksForVersion = String(headers[':path']).endsWith('/GetSystemInfo');
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(asksForVersion ? frame : Buffer.alloc(5));
  });
  return listening(server, () => sessions.forEach((session) => session.destroy()));
}

async function listening(server: Server, cut = () => {}): Promise<Fake> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      cut();
      await new Promise((done) => server.close(done));
    },
  };
}
