#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Experiments with programs of others, `exec`: held at each call until its turn.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load lab

# echoes LINE...: an experiment with a server that echoes once, and a client
# that sends and reads; the steps are given.
echoes() {
	write_lab pair.lab \
		"server exec $PYTHON -I {here}/server.py {port}" \
		"client exec $PYTHON -I {here}/client.py {port}" "$@"
	cat >server.py <<-'EOF'
		import socket, sys
		s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
		c, _ = s.accept()
		c.sendall(c.recv(100))
	EOF
	cat >client.py <<-'EOF'
		import socket, sys
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		s.sendall(b"data1")
		s.recv(100)
	EOF
}

@test "the examples give their goldens" {
	run -0 lab check "$ROOT"/transcripts/programs/*.lab
}

@test "each example has its golden and its row in the index" {
	local lab

	for lab in "$ROOT"/transcripts/programs/*.lab; do
		[[ -s ${lab%.lab}.txt ]]
		lab=${lab##*/}
		grep -qF "| [${lab%.lab}](programs/${lab%.lab}.txt) |" \
			"$ROOT/transcripts/README.md"
	done
}

@test "two programs play in the order of the steps, not in their own" {
	echoes 'client: sent 5' 'server: received "data1"' 'server: exit 0' \
		'client: received "data1"' 'client: exit 0'
	run -0 lab play pair.lab
	assert_line --regexp 'exit\(0\)$'
	assert_line --regexp '^  recv "data1" = 5'
	echoes 'client: sent 5' 'server: sent 5' 'client: exit 0' 'server: exit 0'
	run -0 lab play pair.lab
	assert_line --regexp '^  exit\(0\)'
}

@test "a call that would block while the other is held is named" {
	echoes 'server: received "data1"'
	run -1 lab play pair.lab
	assert_output --partial 'recvfrom of the server would block while the client is held'
}

@test "an outcome that never comes fails with what was seen" {
	echoes 'client: sent 5' 'client: sent 6'
	run -1 lab play pair.lab
	assert_output --partial 'recvfrom of the client would block'
	echoes 'client: sent 5' 'server: exit 3'
	run -1 lab play pair.lab
	assert_output --partial 'awaited exit 3, saw exit 0'
}

@test "one side may be graceclient, and the network two hosts" {
	write_lab mixed.lab 'server exec socat TCP-LISTEN:{port} -' \
		'client> data1' 'server: received "data1"'
	run -0 lab play mixed.lab
	assert_line --regexp 'read "data1" = 5'
	run -0 lab play --wire mixed.lab
	assert_line --regexp 'read "data1" = 5'
}

@test "what such a program may write is its own folder and /dev/null" {
	echoes 'client: exit 0'
	cat >client.py <<-EOF
		import socket, sys
		open("/dev/null", "w").write("x")
		open("mine", "w").write("x")
		try:
		    open("$PWD/outside", "w")
		    print("written")
		except OSError as error:
		    print(error.strerror)
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
	EOF
	run -0 lab play pair.lab
	assert_line --regexp 'Permission denied'
	[[ ! -e outside ]]
}

@test "a program that is not there is no failure of the experiment" {
	write_lab none.lab 'server exec no-such-program' 'client: exit 0'
	run -1 lab play none.lab
	assert_output --partial 'there is no no-such-program here'
	: >none.txt
	run lab check none.lab
	assert_output --partial '# SKIP'
}

@test "exec needs a program, and is not explored" {
	write_lab bad.lab 'server exec'
	run -2 lab play bad.lab
	assert_output --partial 'bad.lab:1:'
	assert_output --partial 'expected a program and its arguments'
	echoes 'client: exit 0'
	run ! lab explore pair.lab
	assert_output --partial 'cannot be explored: exec is a program of others'
}

@test "no program outlives its play" {
	local mark=exec-mark-$$

	echoes 'client: sent 5'
	sed -i "s/{port}/{port} $mark/" pair.lab
	run -0 lab play pair.lab
	nobody_lingers "$mark"
}
