// SPDX-License-Identifier: GPL-3.0-or-later
const net = require('net');
const [role, port] = process.argv.slice(2);

if (role === 'server')
	net.createServer((connection) => {
		connection.on('data', (data) => connection.end('Hi, ' + data));
	}).listen(port, '127.0.0.1');
else
	net.connect(port, '127.0.0.1', function () {
		this.write('data1');
		this.on('data', (data) => console.log(String(data)));
	});
