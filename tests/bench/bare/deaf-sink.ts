/**
 * Ports that nobody reads from: a process that binds them, tells them, and is then stopped by its parent. What is sent there is thrown away by the kernel,
 * so that receivers take no part in what is measured.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const ports: number[] = [];
for (let index = 0; index < Number(process.argv[2]); index += 1) {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  ports.push(socket.address().port);
}
process.send?.(ports);
