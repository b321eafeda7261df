#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab where calls fail and where a part of the system is missing: the same
# transcript, or a word about what is not the same. More of it is in lab_host.bats.

load helpers

# A place that any user can read, with spaces in its path.
setup_file() {
	PLACE="$(mktemp -d /tmp/gracelab-test-XXXXXX)"
	LAB="$PLACE/a lab/bin/gracelab"
	export PLACE LAB FAULTY_LIBRARY=$BATS_FILE_TMPDIR/faulty.so
	cc -shared -fPIC -O1 -o "$FAULTY_LIBRARY" "$ROOT/tests/faulty.c"
	# LeakSanitizer cannot work beside strace.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0:verify_asan_link_order=0
	install_lab "$PLACE/a lab"
	chmod a+rx "$PLACE"
}

teardown_file() {
	rm -rf "$PLACE"
}

setup() {
	helpers_setup
	unshare -rmn true 2>/dev/null || skip "this host has no user namespaces"
}

# In the foreground; nothing may hang for ever.
lab() {
	timeout 60 "$@" 3>&- {TICK}<&-
}

# reads_to_start: more than each program makes before its first own call.
reads_to_start() {
	local program most=0 count

	for program in gracelab graceclient graceserver; do
		strace -o start "$O/$program" --version >/dev/null
		count=$(grep -c '^read(' start)
		((count <= most)) || most=$count
	done
	echo "$most"
}

@test "a lab whose calls are all interrupted plays the same" {
	local call first

	for call in poll ppoll recvmsg sendto wait4 epoll_pwait pselect6 \
		accept4 connect read; do
		echo "$call"
		first=1
		# The loader of each program must be spared.
		[[ $call != read ]] || first=$(($(reads_to_start) + 1))
		run -0 lab strace -f -o trace -e "trace=$call" \
			-e "inject=$call:error=EINTR:when=$first+2" \
			"$LAB" check --patience 30s close-early \
			close-held-by-child
		assert_line 'ok 1 - close-early'
		assert_line 'ok 2 - close-held-by-child'
		refute_line --partial 'not observed'
		grep -q INJECTED trace
	done
}

@test "a lab whose writes are short plays the same" {
	LD_PRELOAD=$FAULTY_LIBRARY FAULTY=w FAULTY_MARK=$PWD/mark \
		run -0 lab "$LAB" check close-early shutdown file-close
	assert [ -e mark.w ]
	refute_line --partial 'not ok'
}

@test "a close that fails with EINTR is shown, and the play goes on" {
	LD_PRELOAD=$FAULTY_LIBRARY FAULTY=c FAULTY_MARK=$PWD/mark \
		run -0 lab "$LAB" play close-early
	assert_line --regexp '^  close = EINTR'
	assert_line --partial '─── FIN ───▶ CLOSE_WAIT'
	assert_line --partial '= EPIPE'
}

@test "a lab that gets no descriptor, process or output says which" {
	local fault

	for fault in pipe2:{EMFILE,ENFILE} clone:EAGAIN; do
		echo "$fault"
		run -1 lab strace -o trace -e "trace=${fault%:*}" \
			-e "inject=${fault%:*}:error=${fault#*:}" "$LAB" play \
			close-early
		assert_line --regexp \
			"^gracelab: close-early: cannot start a play: ${fault#*:} "
	done
	# What was only interrupted is written; an error is told, though only
	# the first of several writes meets it.
	run -0 lab strace -o trace -e trace=write \
		-e "inject=write:error=EINTR:when=1" "$LAB" list
	assert_equal "$output" "$(lab "$LAB" list)"
	for fault in EIO ENOSPC; do
		run -1 lab strace -o trace -e trace=write \
			-e "inject=write:error=$fault:when=1" "$LAB" list
		assert_line --regexp \
			"^gracelab: cannot write standard output: $fault "
	done
}

@test "a golden on a read-only file system is compared, and not recorded" {
	cp "$ROOT"/transcripts/close/close-early.* .
	# shellcheck disable=SC2016 # for the inner shell
	run -0 lab unshare -rm sh -c 'mount --bind . . &&
		mount -o remount,bind,ro . && "$@"' - "$LAB" check \
		--transcripts "$PWD"
	assert_line 'ok 1 - close-early'
	# shellcheck disable=SC2016 # for the inner shell
	run -1 lab unshare -rm sh -c 'mount --bind . . &&
		mount -o remount,bind,ro . && "$@"' - "$LAB" record \
		--transcripts "$PWD"
	assert_line "gracelab: cannot write $PWD/close-early.txt: EROFS (Read-only file system)"
	cmp close-early.txt "$ROOT/transcripts/close/close-early.txt"
}

# without_proc COMMAND...
without_proc() {
	# shellcheck disable=SC2016 # for the inner shell
	lab unshare -rm sh -c 'mount -t tmpfs grace /proc && exec "$@"' - "$@"
}

@test "without /proc the lab plays the same and says what it could not set" {
	skip_if_sanitized "a sanitizer needs /proc"
	run -0 without_proc "$LAB" play close-early
	assert_output "$(golden close-early)

  The private network is not as it should be: net.ipv4.tcp_congestion_control=reno: ENOENT (No such file or directory)"
	run -1 without_proc "$LAB" check close-held fin-wait-2
	assert_line 'ok 1 - close-held'
	assert_line 'not ok 2 - fin-wait-2'
	assert_line --partial 'tcp_fin_timeout=1: ENOENT'
}

@test "one setting of the network that is refused is said, and none is left out for it" {
	local setting=/proc/sys/net/ipv4/tcp_congestion_control

	skip_if_sanitized "LeakSanitizer cannot trace under strace"
	run -0 lab strace -f -o trace -P "$setting" -e trace=openat \
		-e inject=openat:error=ENOENT "$LAB" watch --wire \
		--server 'nc -l 192.0.2.2 {port}' \
		--client 'cat /proc/sys/net/ipv4/tcp_autocorking
			nc -N {host} {port} </dev/null'
	assert_line 0
	assert_line '  The private network is not as it should be: net.ipv4.tcp_congestion_control=reno: ENOENT (No such file or directory)'
}

@test "without /proc client and server do all they do" {
	skip_if_sanitized "a sanitizer needs /proc"
	start server unshare -rm sh -c 'mount -t tmpfs grace /proc &&
		exec "$@"' - "$O/graceserver" --once --port 0 --quiet --delay 0
	find_port server
	run -0 without_proc "$O/graceclient" --quiet --events /dev/fd/1 \
		-e 'hold child' -e data1 -e 'wait reply' -e release -e state \
		127.0.0.1 "$PORT"
	assert_line 'Hi, data1'
	assert_line --partial '* state: ESTABLISHED, unread 0 bytes'
	assert_line --partial '"event": "exit", "status": 0'
	finish server 0
}

@test "without CAP_NET_RAW all but the wire is played, and that is said" {
	run -0 lab unshare -r setpriv --bounding-set -net_raw "$LAB" play \
		close-early
	assert_line --regexp 'The wire was not observed: .*(EPERM|permi)'
	assert_line --partial FIN_WAIT2
	refute_output --partial ─
	run -0 lab unshare -r setpriv --bounding-set -net_raw "$LAB" check \
		close-early shutdown
	assert_line 'ok 1 - close-early'
	assert_line --regexp '^# not observed, and so not compared: wire'
}

# without_ipv6 COMMAND...: where it is switched off for all that there is and
# for all that will be.
without_ipv6() {
	# shellcheck disable=SC2016 # for the inner shell
	lab unshare -rn sh -c 'ip link set lo up &&
		for who in all default lo; do
			echo 1 >/proc/sys/net/ipv6/conf/$who/disable_ipv6 ||
				exit 99
		done && exec "$@"' - "$@"
}

@test "with IPv6 switched off the lab plays the same" {
	[[ -e /proc/sys/net/ipv6 ]] || skip "this kernel has no IPv6"
	run -0 without_ipv6 "$LAB" check close-early shutdown
	refute_line --partial 'not ok'
	run -0 without_ipv6 "$LAB" check --host close-early shutdown
	refute_line --partial 'not ok'
}

@test "with IPv6 switched off client and server say so, or take IPv4" {
	[[ -e /proc/sys/net/ipv6 ]] || skip "this kernel has no IPv6"
	run -1 without_ipv6 "$O/graceserver" --port 0 --listen ::1
	assert_output 'graceserver: cannot listen on [::1]:0: EADDRNOTAVAIL (Cannot assign requested address)'
	run -1 without_ipv6 "$O/graceclient" ::1 9
	assert_output --partial 'graceclient: cannot connect to [::1]:9: EADDRNOTAVAIL'
	# shellcheck disable=SC2016 # for the inner shell
	run -0 without_ipv6 bash -c '
		exec {out}< <(exec "$1/graceserver" --once --port 0 --quiet \
			--listen localhost --delay 0 </dev/null)
		read -ru "$out" line
		"$1/graceclient" --quiet -e x localhost "${line##*:}"' - "$O"
	assert_line 'Hi, x'
}

# no_folder_in FOLDER
no_folder_in() {
	! compgen -G "$1/gracelab-*" >/dev/null
}

# start_long_lab COMMAND...: a play on the host, where no other file system can
# be mounted, and so with a folder for its actors in "$PLACE/scratch dir".
start_long_lab() {
	local user=()

	((EUID)) || user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	mkdir -p "$PLACE/scratch dir"
	chmod 777 "$PLACE/scratch dir"
	printf '%s\n' 'file a "x"' 'client> sleep 60s' >"$PLACE/long.lab"
	chmod a+r "$PLACE/long.lab"
	start long env --default-signal=INT TMPDIR="$PLACE/scratch dir" \
		"${user[@]}" "$@" "$LAB" play --host --patience 60s \
		"$PLACE/long.lab"
	await compgen -G "$PLACE/scratch dir/gracelab-*/a" >/dev/null
}

@test "the folder of a lab that is killed is removed behind it" {
	start_long_lab
	kill_it long KILL
	finish long 137
	await no_folder_in "$PLACE/scratch dir"
}

@test "Ctrl-C removes the folder of the actors, too" {
	# The terminal's own group gets the signal: the lab, its plays, the
	# actors, and whoever removes the folder unless it has left.
	start_long_lab setsid
	kill -INT -- "-${PID_OF[long]}"
	finish long
	await no_folder_in "$PLACE/scratch dir"
}

@test "who is killed while it finds out what it may trace leaves nobody behind" {
	skip_if_sanitized "a sanitizer refuses to be preloaded behind"
	mark=5$BASHPID.$BATS_TEST_NUMBER
	for what in watch proxy; do
		status=0
		# Who is left behind would hold a pipe of ours open.
		lab env FAULTY=k LD_PRELOAD="$FAULTY_LIBRARY" "$O/gracelab" \
			"$what" -- sh -c "exit # $mark" >said 2>&1 || status=$?
		assert_equal "$status" 137
		await nobody_lingers "$mark"
	done
}
