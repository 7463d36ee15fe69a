// A node that ends right after its start: node short.mjs
console.log('reading the configuration');
console.error('the configuration is bad');
process.exit(3);
