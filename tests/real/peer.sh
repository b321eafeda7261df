#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One configuration of a real server or proxy, in the foreground, on loopback,
# its files in a folder of its own:
#
#   peer.sh CONFIGURATION LISTEN [BACKEND [CERT KEY PEM CA]]   PORT, HOST:PORT,
#                            of both also a UNIX socket's path; files of
#                            gracelab proxy
#   peer.sh                                    lists the configurations
#
# What a server does by itself takes about 0.4 s before it answers; ID, THINK
# and SIZE say how the programs named *-work do theirs.
set -eu

here=$(cd "${0%/*}" && pwd)
config=${1-} listen=${2-} backend=${3-}
cert=${4-} key=${5-} pem=${6-} ca=${7-}
think=${THINK:-0.4}
PATH=$PATH:/usr/sbin:${O:-$here/../../build}/real
# As most programs want them; a path is one as it is.
at=127.0.0.1:$listen to=$backend
[[ $listen != /* ]] || at=$listen

# folder: a fresh one, kept under $SCRATCH, and its path in $dir.
folder() {
	dir=$(mktemp -d "${SCRATCH:-/tmp}/peer-XXXXXX")
	chmod 711 "$dir"
	cd "$dir"
}

# nginx_with TEXT: with this as its configuration, besides the common part;
# in $dir.
nginx_with() {
	local module=/usr/lib/nginx/modules/ngx_stream_module.so

	{
		[[ ! -e $module ]] || echo "load_module $module;"
		cat <<-END
			daemon off;
			master_process off;
			pid $dir/pid;
			error_log stderr error;
			events { worker_connections 256; }
			$1
		END
	} >nginx.conf
	exec nginx -p "$dir" -c "$dir/nginx.conf" -e stderr
}

nginx_stream() {
	folder
	unix unix:
	nginx_with "stream { server {
		listen $at;
		proxy_pass $to;
		$1
	} }"
}

# nginx_http LOCATION: what stands in location /.
nginx_http() {
	folder
	unix unix:
	nginx_with "http {
		access_log off;
		client_body_temp_path $dir/body; proxy_temp_path $dir/proxy;
		fastcgi_temp_path $dir/f; uwsgi_temp_path $dir/u;
		scgi_temp_path $dir/s;
		server { listen $at; location / { $1 } }
	}"
}

# nginx_file: serves a file of $SIZE bytes as /file.
nginx_file() {
	local root

	root=$(mktemp -d "${SCRATCH:-/tmp}/peer-XXXXXX")
	chmod 711 "$root"
	head -c "${SIZE:-1000}" /dev/zero >"$root/file"
	nginx_http "root $root;"
}

# haproxy_with MODE [LINE...]: extra lines of the listening section.
haproxy_with() {
	local mode=$1

	shift
	folder
	unix unix@
	{
		cat <<-END
			global
			    maxconn 256
			defaults
			    mode $mode
			    timeout connect 5s
			    timeout client 60s
			    timeout server 60s
			listen one
			    bind $at
			    server backend $to
		END
		((!$#)) || printf '    %s\n' "$@"
	} >haproxy.cfg
	exec haproxy -db -f haproxy.cfg
}

# haproxy_tls BIND SERVER: what stands behind these two in TCP mode.
haproxy_tls() {
	folder
	cat >haproxy.cfg <<-END
		global
		    maxconn 256
		defaults
		    mode tcp
		    timeout connect 5s
		    timeout client 60s
		    timeout server 60s
		listen one
		    bind 127.0.0.1:$listen $1
		    server backend $backend $2
	END
	exec haproxy -db -f haproxy.cfg
}

# stunnel_with TEXT: what its one service has besides the two addresses.
stunnel_with() {
	folder
	cat >stunnel.conf <<-END
		foreground = yes
		pid =
		syslog = no
		debug = err
		[one]
		accept = 127.0.0.1:$listen
		connect = $backend
		$1
	END
	exec stunnel stunnel.conf
}

# certificate: a folder with cert.pem and key.pem.
certificate() {
	folder
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout key.pem -out cert.pem -days 9 -subj /CN=localhost \
		2>/dev/null
}

# unix PREFIX: what a program wants before an address that is a UNIX socket's,
# in $at and $to.
unix() {
	[[ $at != /* ]] || at=$1$at
	[[ $to != /* ]] || to=$1$to
}

# socat_unix: between two UNIX sockets, or one and a port.
socat_unix() {
	local from=UNIX-LISTEN:$listen to=UNIX-CONNECT:$backend

	[[ $listen == /* ]] || from=TCP-LISTEN:$listen,bind=127.0.0.1,reuseaddr
	[[ $backend == /* ]] || to=TCP:$backend
	exec socat -t 10 "$from,fork,backlog=128" "$to"
}

# ssh_forward OPTION: an sshd of our own, and `ssh -L` or `-R` through it.
ssh_forward() {
	local sshd_port sshd_pid path

	folder
	sshd_port=$(python3 -c 'import socket
s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
	ssh-keygen -q -t ed25519 -N '' -f host
	ssh-keygen -q -t ed25519 -N '' -f user
	cp user.pub allowed
	chmod 644 allowed
	((EUID)) || mkdir -p /run/sshd
	cat >sshd_config <<-END
		Port $sshd_port
		ListenAddress 127.0.0.1
		HostKey $dir/host
		AuthorizedKeysFile $dir/allowed
		PidFile none
		UsePAM no
		StrictModes no
		PermitRootLogin prohibit-password
	END
	path=$(PATH=$PATH:/usr/sbin command -v sshd)
	"$path" -D -f sshd_config -E sshd.log &
	sshd_pid=$!
	until (: >"/dev/tcp/127.0.0.1/$sshd_port") 2>/dev/null; do
		kill -0 "$sshd_pid"
		sleep 0.05
	done
	ssh -N -F none -i user -p "$sshd_port" -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=known -o BatchMode=yes \
		-o ExitOnForwardFailure=yes \
		"$1" "$at:$backend" "$(id -un)@127.0.0.1" &
	# shellcheck disable=SC2064 # these two, now
	trap "kill $! $sshd_pid; exit 143" TERM INT HUP
	wait "$!" || :
	kill "$sshd_pid"
}

# be_namespaced: refuses to change a network that may be the host's.
be_namespaced() {
	[[ $(</proc/self/uid_map) != *4294967295 ]] || {
		echo "peer.sh: $config: begin with unshare -r" >&2
		exit 2
	}
}

# network_out: what a program may take for the way out of a private network.
network_out() {
	be_namespaced
	[[ -z $(ip route show default) ]] || return 0
	ip link add out type veth peer name beyond
	ip address add 192.0.2.1/24 dev out
	ip link set out up
	ip link set beyond up
	ip route add default via 192.0.2.2
}

# guest: a network that hands what comes to its port 80 on to the host's
# $backend, by its kernel's NAT; says on descriptor 5 when it is there.
guest() {
	exec unshare -n sh -euc 'echo 1 >/proc/sys/net/ipv4/ip_forward
		nft -f -
		echo there >&5
		exec sleep 600' <<-END
		table ip guest {
			chain in {
				type nat hook prerouting priority dstnat
				tcp dport 80 dnat to 10.0.2.2:${backend#*:}
			}
			chain out {
				type nat hook postrouting priority srcnat
				masquerade
			}
		}
	END
}

# in_and_out: slirp4netns, into a guest and out of it again.
in_and_out() {
	local guest slirp

	be_namespaced
	folder
	mkfifo ready
	exec 5<>ready
	guest &
	guest=$!
	read -r <&5
	slirp4netns -c -r 5 -a "$dir/api" "$guest" tap0 &
	slirp=$!
	# shellcheck disable=SC2064 # these two, now
	trap "kill $guest $slirp; exit 143" TERM INT HUP
	read -rn 1 <&5
	python3 - "$dir/api" "$listen" <<-'END'
		import json, socket, sys
		sock = socket.socket(socket.AF_UNIX)
		sock.connect(sys.argv[1])
		sock.sendall(json.dumps({"execute": "add_hostfwd", "arguments": {
		    "proto": "tcp", "host_addr": "127.0.0.1", "guest_port": 80,
		    "host_port": int(sys.argv[2])}}).encode())
		sock.shutdown(socket.SHUT_WR)
		assert "return" in json.loads(sock.recv(1000))
	END
	wait "$slirp" || :
	kill "$guest"
}

node_work() {
	exec node "$here/work.js" "$listen" "$(think_ms)" "$@"
}

think_ms() {
	python3 -c 'import sys; print(int(float(sys.argv[1]) * 1000))' "$think"
}

work="read -r l && sleep $think && echo you said \$l"

case $config in
# proxies
socat)          exec socat "TCP-LISTEN:$listen,bind=127.0.0.1,fork,reuseaddr,backlog=128" \
			"TCP:$backend" ;;
socat-t10)      exec socat -t 10 "TCP-LISTEN:$listen,bind=127.0.0.1,fork,reuseaddr,backlog=128" \
			"TCP:$backend" ;;
ncat)           exec ncat -l -k 127.0.0.1 "$listen" \
			--sh-exec "ncat ${backend/:/ }" ;;
ncat-socat)     exec ncat -l -k 127.0.0.1 "$listen" \
			--sh-exec "socat -t 10 - TCP:$backend" ;;
nginx-stream)   nginx_stream '' ;;
nginx-stream-half) nginx_stream 'proxy_half_close on;' ;;
nginx-http)     nginx_http "proxy_pass http://$backend;" ;;
nginx-http-ignore) nginx_http "proxy_ignore_client_abort on;
			proxy_pass http://$backend;" ;;
haproxy-tcp)    haproxy_with tcp ;;
haproxy-tcp-abort) haproxy_with tcp 'option abortonclose' ;;
haproxy-tcp-fin) haproxy_with tcp 'timeout client-fin 500ms' \
			'timeout server-fin 500ms' ;;
haproxy-http)   haproxy_with http ;;
haproxy-http-abort) haproxy_with http 'option abortonclose' ;;
ssh)            ssh_forward -L ;;
ssh-reverse)    ssh_forward -R ;;
node-proxy)     exec node "$here/proxy.js" "$listen" "$backend" false ;;
node-proxy-half) exec node "$here/proxy.js" "$listen" "$backend" true ;;
socat-unix)     socat_unix ;;
socket-proxyd)  exec systemd-socket-activate -l "$at" \
			/usr/lib/systemd/systemd-socket-proxyd "$backend" ;;
# ... of containers' networks
docker-proxy)   exec docker-proxy -host-ip 127.0.0.1 -host-port "$listen" \
			-container-ip "${backend%:*}" \
			-container-port "${backend#*:}" 3>/dev/null ;;
slirp4netns)    in_and_out ;;
pasta)          network_out
		exec pasta -f -e -q --config-net -u none -U none \
			-t "127.0.0.1/$listen:${backend#*:}" -T "${backend#*:}" \
			-- sleep 600 ;;
# ... with TLS before them, or behind
haproxy-tls-front) haproxy_tls "ssl crt $pem" '' ;;
haproxy-tls-back) haproxy_tls '' "ssl ca-file $ca verifyhost localhost" ;;
nginx-tls-front) folder
		nginx_with "stream { server {
			listen 127.0.0.1:$listen ssl;
			ssl_certificate $cert; ssl_certificate_key $key;
			proxy_half_close on;
			proxy_pass $backend; } }" ;;
nginx-tls-back) nginx_stream "proxy_half_close on; proxy_ssl on;
			proxy_ssl_verify on; proxy_ssl_name localhost;
			proxy_ssl_trusted_certificate $ca;" ;;
stunnel-front)  stunnel_with "cert = $cert
		key = $key" ;;
stunnel-back)   stunnel_with "client = yes
		verifyChain = yes
		CAfile = $ca" ;;
socat-tls-front) exec socat -t 10 "OPENSSL-LISTEN:$listen,bind=127.0.0.1,fork,reuseaddr,backlog=128,cert=$pem,verify=0" \
			"TCP:$backend" ;;
socat-tls-back) exec socat -t 10 "TCP-LISTEN:$listen,bind=127.0.0.1,fork,reuseaddr,backlog=128" \
			"OPENSSL:$backend,cafile=$ca,commonname=localhost" ;;
# servers
socat-work)     exec socat "TCP-LISTEN:$listen,bind=127.0.0.1,fork,reuseaddr,backlog=128" \
			"SYSTEM:$work" ;;
socat-unix-work) exec socat -t 10 "UNIX-LISTEN:$listen,fork,backlog=128" \
			"SYSTEM:$work" ;;
socat-t10-work) exec socat -t 10 "TCP-LISTEN:$listen,bind=127.0.0.1,fork,reuseaddr,backlog=128" \
			"SYSTEM:$work" ;;
ncat-work)      exec ncat -l -k 127.0.0.1 "$listen" --sh-exec "$work" ;;
node-net)       node_work net ;;
node-net-half)  node_work net-half ;;
node-http)      node_work http ;;
node-http-half) node_work http-half ;;
redis)          folder
		exec redis-server --bind 127.0.0.1 --port "$listen" --save '' \
			--dir "$dir" --enable-debug-command local ;;
redis-unix)     folder
		exec redis-server --port 0 --unixsocket "$listen" --save '' \
			--dir "$dir" --enable-debug-command local ;;
python-http)    folder
		head -c "${SIZE:-1000}" /dev/zero >file
		exec python3 -m http.server --bind 127.0.0.1 "$listen" ;;
python-*)       exec python3 "$here/work.py" "$listen" "$think" \
			"${config#python-}" ;;
node-tls)       certificate
		exec node "$here/work.js" "$listen" "$(think_ms)" tls ;;
node-tls-half)  certificate
		exec node "$here/work.js" "$listen" "$(think_ms)" tls-half ;;
socat-tls-work) certificate
		cat cert.pem key.pem >both.pem
		exec socat -t 10 "OPENSSL-LISTEN:$listen,bind=127.0.0.1,fork,reuseaddr,backlog=128,cert=both.pem,verify=0" \
			"SYSTEM:$work" ;;
openssl-rev)    certificate
		exec openssl s_server -quiet -rev -accept "127.0.0.1:$listen" \
			-cert cert.pem -key key.pem ;;
gnutls-echo)    certificate
		exec gnutls-serv --echo --quiet --port "$listen" \
			--x509certfile cert.pem --x509keyfile key.pem ;;
nginx-file)     nginx_file ;;
nginx-echo)     nginx_http "return 200 'hello';" ;;
'')             sed -n 's/^\([a-z0-9*-]*\)) .*/\1/p' "$0" ;;
*)              echo "peer.sh: no configuration $config" >&2
		exit 2 ;;
esac
