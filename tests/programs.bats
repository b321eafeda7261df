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

@test "exec needs a program, and to be explored both sides" {
	write_lab bad.lab 'server exec'
	run -2 lab play bad.lab
	assert_output --partial 'bad.lab:1:'
	assert_output --partial 'expected a program and its arguments'
	write_lab one.lab "server exec $PYTHON -c pass" 'client> x'
	run -2 lab explore one.lab
	assert_output --partial 'both sides must be'
}

@test "no program outlives its play" {
	local mark=exec-mark-$$

	echoes 'client: sent 5'
	sed -i "s/{port}/{port} $mark/" pair.lab
	run -0 lab play pair.lab
	nobody_lingers "$mark"
}

@test "a program that is compiled first is skipped where there is no cc" {
	run timeout 60 env PATH="$PWD" "$O/gracelab" check \
		"$ROOT"/transcripts/programs/file-transfer.lab
	assert_output --partial '# SKIP'
	assert_output --partial 'there is no cc here'
}

# explored: an experiment without steps: the answer comes in two parts, and the
# client takes one read(2) for all of it.
explored() {
	write_lab two.lab explore 'server exec {here}/two server {port}' \
		'client exec {here}/two client {port}'
	cat >two.c <<-'EOF'
		#include <netinet/in.h>
		#include <stdlib.h>
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			struct sockaddr_in at = { .sin_family = AF_INET,
				.sin_port = htons(atoi(argv[2])),
				.sin_addr = { htonl(INADDR_LOOPBACK) } };
			int fd = socket(AF_INET, SOCK_STREAM, 0);
			char b[99];
			if (*argv[1] == 'c') {
				connect(fd, (void *)&at, sizeof(at));
				write(fd, "data1", 5);
				read(fd, b, sizeof(b));
				return 0;
			}
			bind(fd, (void *)&at, sizeof(at));
			listen(fd, 1);
			fd = accept(fd, NULL, NULL);
			read(fd, b, sizeof(b));
			write(fd, "Hi, ", 4);
			write(fd, "data1", 5);
			return read(fd, b, sizeof(b)) < 0;
		}
	EOF
	cc -w -o two two.c
}

@test "every order of two programs is counted, and one of each end is shown" {
	explored
	run -0 lab explore --format=json two.lab
	"$PYTHON" - <<-EOF
		import json
		found = json.loads("""$output""")
		assert found["complete"] and not found["wire"]
		ends = {(c["answers"], c["told"]): c for c in found["classes"]}
		assert found["orders"] == sum(c["orders"] for c in ends.values())
		assert ("lost", "nobody") in ends and ("whole", "nobody") in ends
		assert set(ends["lost", "nobody"]["order"]) == {
		    "client call", "server call"}
		open("order", "w").write(json.dumps(ends["whole", "nobody"]["order"]))
	EOF
	run -0 lab play --order "$(<order)" two.lab
	assert_line --regexp 'read "Hi, data1" = 9'
	run -0 lab explore --find eof two.lab
	assert_line --partial 'the first order that meets eof'
	run -0 lab explore --limit 2 two.lab
	assert_line 'Stopped by --limit=2 after 2 orders. With all choices equally likely,'
	run -1 lab explore --order 'server call, server call' two.lab
	assert_output --partial 'move 1, server call, is not possible there'
}

@test "what cannot be explored of programs is said" {
	echoes
	run -2 lab play pair.lab
	assert_output --partial 'a step such as'
	echoes 'client: sent 5' 'client! SIGKILL'
	run -2 lab explore pair.lab
	assert_output --partial 'cannot be explored with exec: client! SIGKILL'
	echoes 'client: sent 5'
	run -2 lab explore --wire pair.lab
	assert_output --partial 'no wire'
	cat >client.py <<-'EOF'
		import socket, sys
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		while True: s.sendall(b"x")
	EOF
	run -2 lab explore pair.lab
	assert_output --partial 'more than 1000 calls'
}
