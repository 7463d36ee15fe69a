// A node that does not end when it is asked to: node stubborn.mjs
process.on('SIGTERM', () => console.log('no'));
setInterval(() => {}, 1000);
console.log('listening');
