#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What a system under strain does to client and server: nothing that was sent is
# lost, or what is lost is said; and how the programs are built.

load helpers

setup_file() {
	local program

	export FAULTY_LIBRARY=$BATS_FILE_TMPDIR/faulty.so
	cc -shared -fPIC -O1 -o "$FAULTY_LIBRARY" "$ROOT/tests/faulty.c"
	# LeakSanitizer cannot work beside strace.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0:verify_asan_link_order=0
	for program in graceclient graceserver; do
		strace -o "$BATS_FILE_TMPDIR/$program.start" \
			"$O/$program" --version >/dev/null
	done
	"$PYTHON" -IS -c 'import random
open("'"$BATS_FILE_TMPDIR"'/big", "wb").write(random.Random(1).randbytes(300000))'
}

### Injected faults

# calls_before_main PROGRAM CALL: how many the loader makes: none of them may
# fail. The first thing that a program does itself is to look at descriptor 0.
calls_before_main() {
	awk -v call="$2(" '
		index($0, "fcntl(0, F_GETFD") == 1 { print n + 0; exit }
		index($0, call) == 1 { n++ }' "$BATS_FILE_TMPDIR/$1.start"
}

# set_injection PROGRAM FAULT...: sets INJECTION, the options for strace. Each
# fault is CALL:ERRNO, for every second call, or CALL:ERRNO:N, for the Nth only.
# CALL|CALL is either.
set_injection() {
	local program=$1 fault call errno when skip calls=

	INJECTION=()
	for fault in "${@:2}"; do
		IFS=: read -r call errno when <<<"$fault"
		for call in ${call//|/ }; do
			skip=$(calls_before_main "$program" "$call")
			INJECTION+=(-e "inject=$call:error=$errno:when=$((
				skip + ${when:-1}))$([[ $when ]] || echo +2)")
			calls+=$call,
		done
	done
	INJECTION+=(-e "trace=${calls%,}")
}

# start_injected NAME FAULTS PROGRAM ARGUMENT...: with -D the program itself is
# our child, and strace looks on from aside. Its standard output is a pipe, for
# which the server waits with ppoll(2); the last line may come late.
start_injected() {
	local name=$1 faults=$2 program=$3

	shift 3
	# shellcheck disable=SC2086 # a list of words
	set_injection "$program" $faults
	start "$name" bash -c 'exec "$@" > >(cat)' - strace -D -f \
		-o "$name.trace" "${INJECTION[@]}" "$O/$program" "$@"
}

# were_injected NAME FAULT...: each of them, by now.
were_injected() {
	local fault call

	for fault in "${@:2}"; do
		call=${fault%%:*}
		grep -qE "($call\(|<\.\.\. ($call) resumed).*INJECTED" \
			"$1.trace" || return 1
	done
}

# What the client says, word by word, and gets: the golden.
hold_session() {
	type_at client data1 'wait reply' 'save got' \
		"sendfile $BATS_FILE_TMPDIR/big" 'hold child' release shutdown \
		'wait eof'
	end_input client
}

ECHO=(--once --port 0 --quiet --delay 0 --greeting '')

# session_is_whole ERRNO: as if there had been no fault, but for lines that
# name it; and the server counted what it echoed.
session_is_whole() {
	grep -v ": $1 " client.out | diff -u --label golden --label client \
		- <(printf '%s\n' 'now sending data1' 'send bytes: 5' data1 \
			'send bytes: 300000' 'server terminated')
	cmp got "$BATS_FILE_TMPDIR/big"
	grep -v ": $1 " server.out | awk '
		/^listening on / { next }
		/^received [0-9]+ bytes: / { received += $2; next }
		/^send bytes: [0-9]+$/ { sent += $3; next }
		/^client closed$/ { closed++; next }
		{ print "odd:", $0; bad = 1 }
		END {
			if (received != 300005 || sent != 300005 || closed != 1)
				bad = 1
			print received, "received", sent, "sent"
			exit bad
		}'
}

# Faults that can be told apart, or are of one kind, share a run; what is
# printed before a failure names them.
@test "the server loses nothing to calls interrupted or refused for a time" {
	local row rows error faults

	mapfile -t rows <<-END
		EINTR $(echo {epoll_pwait,read,recvfrom,sendto,accept4}:EINTR)
		EINTR write:EINTR ppoll:EINTR
		EAGAIN write:EAGAIN ppoll:EINTR sendto:EAGAIN recvfrom:EAGAIN
		ENOBUFS sendto:ENOBUFS recvfrom:ENOBUFS accept4:ENOBUFS
		ENOMEM sendto:ENOMEM recvfrom:ENOMEM
		ENOMEM accept4:ENOMEM epoll_ctl:ENOMEM
		EMFILE accept4:EMFILE
		ENFILE accept4:ENFILE
		ECONNABORTED accept4:ECONNABORTED
		EPROTO accept4:EPROTO
	END
	for row in "${rows[@]}"; do
		read -r error faults <<<"$row"
		echo "server: $faults"
		rm -f got
		start_injected server "$faults" graceserver "${ECHO[@]}"
		find_port server
		type_at server ''
		connect --quiet
		hold_session
		finish client 0
		await_line server 'client closed'
		finish server 0
		# shellcheck disable=SC2086 # a list of words
		await were_injected server $faults
		session_is_whole "$error"
		case $error in
		EMFILE | ENFILE | ENOMEM | ENOBUFS)
			has_text server ": $error ("
			;;
		*) assert_equal "$(<server.err)" '' ;;
		esac
	done
}

@test "the client loses nothing to calls interrupted or refused for a time" {
	local row rows error faults

	mapfile -t rows <<-END
		EINTR $(echo {pselect6,read,recvfrom,sendto,connect,ppoll}:EINTR)
		EINTR write:EINTR wait4:EINTR sendfile|pread64:EINTR
		EAGAIN write:EAGAIN ppoll:EINTR read:EAGAIN
		EAGAIN sendto:EAGAIN recvfrom:EAGAIN
		ENOBUFS sendto:ENOBUFS recvfrom:ENOBUFS
		ENOMEM sendto:ENOMEM recvfrom:ENOMEM
	END
	for row in "${rows[@]}"; do
		read -r error faults <<<"$row"
		echo "client: $faults"
		rm -f got
		serve "${ECHO[@]}"
		start_injected client "$faults" graceclient --quiet \
			127.0.0.1 "$PORT"
		hold_session
		await_line client 'server terminated'
		finish client 0
		finish server 0
		# shellcheck disable=SC2086 # a list of words
		await were_injected client $faults
		session_is_whole "$error"
		assert_equal "$(<client.err)" ''
	done
}

@test "short writes, short sends and a close that fails lose nothing" {
	local faults fault

	for faults in c s w csw; do
		echo "both: $faults"
		rm -f got client.? server.?
		start server env LD_PRELOAD="$FAULTY_LIBRARY" FAULTY="$faults" \
			FAULTY_MARK="$PWD/server" "$O/graceserver" "${ECHO[@]}"
		find_port server
		start client env LD_PRELOAD="$FAULTY_LIBRARY" FAULTY="$faults" \
			FAULTY_MARK="$PWD/client" "$O/graceclient" --quiet 127.0.0.1 "$PORT"
		hold_session
		finish client 0
		finish server 0
		session_is_whole EINTR
		for fault in c s w; do
			[[ $faults == *$fault* ]] || continue
			assert [ -e "client.$fault" ]
			assert [ -e "server.$fault" ]
		done
	done
}

# fails_with NAME STATUS TEXT: it ended so, and standard error says so.
fails_with() {
	finish "$1" "$2"
	grep -F -e "$3" "$1.err"
}

# refuses FAULT PROGRAM ARGUMENT...: it ends with status 1 and names the errno.
refuses() {
	local error=${1#*:}

	echo "$2: $1"
	set_injection "$2" "$1"
	run -1 timeout 60 strace -f -o trace "${INJECTION[@]}" "$O/$2" "${@:3}" \
		3>&- {TICK}<&-
	assert_output --partial "$error ("
}

@test "what is refused at the start is a failure that names it" {
	local fault

	for fault in {socket,epoll_create1,openat}:{EMFILE,ENFILE} \
		write:{EIO,ENOSPC}; do
		refuses "$fault" graceserver "${ECHO[@]}" --events events
	done
	serve --quiet --delay 0
	for fault in {socket,openat,pipe2}:{EMFILE,ENFILE} \
		connect:ENETUNREACH clone:EAGAIN write:{EIO,ENOSPC}; do
		refuses "$fault" graceclient --quiet --events events \
			-e 'hold child' 127.0.0.1 "$PORT"
	done
}

@test "standard output that fails amid a session is said by both sides" {
	local error

	for error in EIO ENOSPC; do
		serve "${ECHO[@]}"
		start_injected client "write:$error:3" graceclient --quiet \
			127.0.0.1 "$PORT"
		type_at client data1 'wait eof'
		fails_with client 1 "cannot write to standard output: $error ("
		# The client's end is a FIN or, with the echo unread, a RST.
		await ended server
		start_injected server "write:$error:2" graceserver "${ECHO[@]}"
		find_port server
		connect --quiet
		type_at client data1 'wait eof'
		fails_with server 1 "cannot write to standard output: $error ("
		end_input client
		await ended client
	done
}

@test "a server without memory for messages says so, drops none, serves on" {
	skip_if_sanitized "a sanitizer's memory is its own"
	serve --quiet --delay 200ms
	await cannot_grow server
	peer_connects <<-'END'
		address = s.getpeername()
		peers = [s] + [socket.create_connection(address)
		    for i in range(99)]
		for p in peers:
		    p.sendall(b"x" * 65536)
		    p.shutdown(socket.SHUT_WR)
		whole = 0
		for s in peers: whole += to_eof().count(b"x") == 65536
		say(whole, "are whole")
	END
	await_text server 'no memory for a message'
	before=$(cpu_ticks server)
	sleep 0.6
	(($(cpu_ticks server) - before < 10))
	prlimit --pid "${PID_OF[server]}" --as=unlimited:
	finish peer 0
	assert_line '100 are whole'
	run -0 client --quiet -e data1
	assert_line 'Hi, data1'
	kill_it server TERM
	finish server 1
}

# cannot_grow NAME: its address space may be 2 MiB larger than it is.
cannot_grow() {
	local size

	size=$(sed -n 's/^VmSize:[^0-9]*\([0-9]*\).*/\1/p' \
		"/proc/${PID_OF[$1]}/status")
	prlimit --pid "${PID_OF[$1]}" "--as=$(((size + 2048) * 1024)):"
}

# with_small_disk COMMAND...: where the folder disk is a file system of 64 KiB.
with_small_disk() {
	mkdir -p disk
	# shellcheck disable=SC2016 # for the inner shell
	unshare -rm sh -c 'mount -t tmpfs -o size=64k grace disk && exec "$@"' \
		- "$@"
}

@test "save on a full disk names the file, counts, and the session goes on" {
	skip_without_namespaces
	serve --quiet --delay 0 --greeting ''
	with_small_disk "$O/graceclient" -e 'save disk/got' \
		-e "sendfile $BATS_FILE_TMPDIR/big" -e shutdown -e 'wait eof' \
		127.0.0.1 "$PORT" >client.out 2>client.err 3>&- {TICK}<&- ||
		status=$?
	assert_equal "$status" 1
	has_text client 'graceclient: cannot write to disk/got: ENOSPC ('
	has_line client '* save: 65536 of 300000 bytes are in disk/got'
	has_line client 'server terminated'
	assert_equal "$(grep -c . client.err)" 1

	start server "$BASH" -c "$(declare -f with_small_disk)
		with_small_disk \"\$@\"" - "$O/graceserver" --once --port 0 \
		--delay 0 --greeting '' --on-accept 'save disk/got'
	find_port server
	run -0 client --quiet -e "sendfile $BATS_FILE_TMPDIR/big" -e shutdown \
		-e 'wait eof'
	fails_with server 1 'graceserver: cannot write to disk/got: ENOSPC ('
	has_line server '* save: 65536 of 300000 bytes are in disk/got'
	assert_equal "$(awk '/^send bytes: / { n += $3 } END { print n }' \
		server.out)" 300000
}

skip_without_namespaces() {
	unshare -rmn true 2>/dev/null || skip "this host has no user namespaces"
}

@test "what a look-up lacks is told, by no errno of something else" {
	skip_if_sanitized "LeakSanitizer cannot trace under strace"
	run -1 strace -f -o trace -e inject=socket:error=EMFILE \
		"$O/graceclient" nohost.example 80
	assert_line --regexp "^graceclient: cannot resolve 'nohost.example': (System error|EMFILE .*|Temporary failure in name resolution)$"
}

### The programs themselves

@test "the programs are hardened: PIE, RELRO, no executable stack, canaries" {
	local program

	for program in graceclient graceserver gracelab; do
		echo "$program"
		readelf --wide --file-header --segments --dynamic \
			--dyn-syms "$O/$program" >elf
		grep -E '^ *Type: +DYN ' elf
		grep -E '^ *GNU_RELRO ' elf
		grep -E '\(FLAGS(_1)?\).* (BIND_)?NOW' elf
		grep -E '^ *GNU_STACK .* RW +0x' elf
		run -1 grep -E '\((TEXTREL|RPATH|RUNPATH)\)|TEXTREL' elf
		run -1 grep -E '^ *LOAD .* RWE ' elf
		grep -wF __stack_chk_fail elf
	done
}

@test "the programs check the bounds of what glibc is told to write" {
	local program

	skip_if_sanitized "a sanitizer checks instead"
	for program in graceclient graceserver gracelab; do
		echo "$program"
		readelf --wide --dyn-syms "$O/$program" >elf
		grep -E ' __[a-z]+_chk(@|$)' elf
	done
}
