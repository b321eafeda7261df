# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Peers that are written in Python; helpers.bash loads this.
#
#   peer_connects / peer_listens [NAME] <<EOF   its program on standard input
#   hearing_peer                 says all it got
#   talking_peer [NAME]          sends what is typed and says what comes
#
# A Python peer: what stands on standard input is its program; `s` is its
# connected socket. say(X) prints a line; typed() waits for a line of
# type_at; got(N) receives exactly N bytes, to_eof() all, and quiet(S) is true
# if nothing comes, not even EOF, for S seconds.
PEER='
import os, select, socket, struct, sys, time
def say(*what): print(*what, flush=True)
def typed(): return sys.stdin.readline().rstrip("\n")
def got(n):
    data = b""
    while len(data) < n:
        more = s.recv(min(n - len(data), 65536))
        if not more: break
        data += more
    return data
def to_eof():
    data = bytearray()
    while True:
        more = s.recv(65536)
        if not more: return bytes(data)
        data += more
def quiet(seconds): return not select.select([s], [], [], seconds)[0]
def reset():
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
'

peer_connects() {
	local name=${1:-peer} program

	IFS= read -rd '' program || :
	printf '%s\n' "$PEER" \
		"s = socket.create_connection(('127.0.0.1', $PORT))" \
		"$program" >"$name.py"
	start "$name" "$PYTHON" -IS "$name.py"
}

# Sets $PORT. `listener` is there too.
# shellcheck disable=SC2120 # most have the one name
peer_listens() {
	local name=${1:-peer} program

	IFS= read -rd '' program || :
	printf '%s\n' "$PEER" \
		'listener = socket.create_server(("127.0.0.1", 0))' \
		'say("listening on 127.0.0.1:%d" % listener.getsockname()[1])' \
		's = listener.accept()[0]' "$program" >"$name.py"
	start "$name" "$PYTHON" -IS "$name.py"
	find_port "$name"
}

# A peer that says all it got.
# shellcheck disable=SC2119
hearing_peer() {
	peer_listens <<-'END'
		say(repr(to_eof()))
	END
}

# sized_line BYTES: that much of x, a line.
sized_line() {
	head -c "$1" /dev/zero | tr '\0' x
	echo
}

# A peer that sends what is typed and says what comes.
talking_peer() {
	peer_connects "${1:-peer}" <<-'END'
		import threading
		def listen():
		    try:
		        while True:
		            data = s.recv(65536)
		            say("got", data.decode())
		            if not data: break
		    except OSError as error:
		        say(type(error).__name__)
		threading.Thread(target=listen, daemon=True).start()
		say("connected")
		for line in sys.stdin:
		    line = line.rstrip("\n")
		    if line == "EOF": s.shutdown(socket.SHUT_WR)
		    elif line == "RST": reset()
		    else: s.sendall(line.encode())
	END
	await_line "${1:-peer}" connected
}
