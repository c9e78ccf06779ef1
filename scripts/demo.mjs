// npm run demo: a hub and two edges on loopback as real processes. One edge is cut off, both sides go on writing, the
// edge is killed and comes back, and all three end with the same data. Prints what happens; exits 1 if they differ.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'main.js');
const dir = mkdtempSync(join(tmpdir(), 'ferrite-demo-'));
const say = (line) => process.stdout.write(`${line}\n`);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const running = new Set();

/** Starts a node; resolves with its ports once it is ready. */
function start(name, args) {
  const common = ['--port', '0', '--node-id', name, '--dir', join(dir, name)];
  const child = spawn(process.execPath, [main, ...common, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  return new Promise((resolve, reject) => {
    let text = '';
    const onExit = () => reject(new Error(`${name} ended: ${text}`));
    const onData = (chunk) => {
      text += chunk;
      const ready = /Ready to accept connections port=(\d+)/.exec(text);
      const edges = /Ready to accept edges url=(\S+)/.exec(text);
      const isHub = args.includes('hub');
      if (ready !== null && (!isHub || edges !== null)) {
        child.off('exit', onExit);
        child.stdout.off('data', onData).resume();
        resolve({ name, child, port: Number(ready[1]), url: edges?.[1] });
      }
    };
    child.on('exit', onExit);
    child.stdout.on('data', onData);
  });
}

/** Sends inline commands one by one and resolves with the raw replies. */
function ask(node, ...commands) {
  return new Promise((resolve, reject) => {
    const socket = createConnection(node.port, '127.0.0.1', () => {
      socket.write(`${commands.join('\r\n')}\r\nQUIT\r\n`);
    });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text.replace(/\+OK\r\n$/, '')));
    socket.on('error', reject);
  });
}

async function stop(node, signal) {
  await new Promise((done) => {
    node.child.once('exit', done);
    node.child.kill(signal);
  });
  running.delete(node.child);
}

async function run() {
  const hub = await start('hub', ['--mode', 'hub', '--set', 'hub.port=0']);
  const hubArgs = ['--hub-url', hub.url, '--set', 'sync.reconnect_initial_delay=100ms'];
  let shop = await start('shop', hubArgs);
  const till = await start('till', hubArgs);
  say(`hub on port ${hub.port}, edges shop on ${shop.port} and till on ${till.port}`);

  await ask(shop, 'SET price:tea 250', 'INCRBY sold:tea 3');
  await ask(till, 'INCRBY sold:tea 4', 'EDGE.SYNC');
  say('shop sells 3, till sells 4');

  await stop(shop, 'SIGTERM');
  shop = await start('shop', ['--hub-url', 'ws://127.0.0.1:1/edge/ws']);
  say('shop is cut off from the hub');
  await ask(shop, 'SET price:tea 260', 'INCRBY sold:tea 10', 'SET note offline');
  await ask(till, 'INCRBY sold:tea 5', 'SET greeting hello');
  say('offline, shop sells 10 and changes the price; till sells 5');
  await stop(shop, 'SIGKILL');
  say('shop is killed with -9');
  shop = await start('shop', hubArgs);
  say('shop is back, and so is the network');
  await pause(500);
  for (const node of [shop, till]) await ask(node, 'EDGE.SYNC');
  await pause(300);

  const answers = [];
  for (const node of [hub, shop, till]) {
    const reply = await ask(node, 'MGET price:tea sold:tea note greeting');
    const values = reply.split('\r\n').filter((line) => line !== '' && !/^[*$]/.test(line));
    say(`${node.name.padEnd(5)} price:tea sold:tea note greeting = ${values.join(' ')}`);
    answers.push(reply);
  }
  const agree = answers.every((reply) => reply === answers[0]) && answers[0].includes('\r\n22\r\n');
  say(agree ? 'all three agree, and all 22 were counted once' : 'THEY DIFFER');
  for (const node of [shop, till, hub]) await stop(node, 'SIGTERM');
  return agree;
}

run()
  .then((agree) => {
    process.exitCode = agree ? 0 : 1;
  })
  .finally(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });
