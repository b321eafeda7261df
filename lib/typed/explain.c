/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explain.h"

#include <stddef.h>

static const struct explanation explanations[] = {
	[COMMAND_SEND] = { "What the kernel takes is on its way, not at its "
			   "goal: a send to a peer that has closed succeeds "
			   "once. In double quotes \\n, \\t, \\x41 and their "
			   "kin are bytes.",
		"send close    sends the word close\n"
		"send \"GET / HTTP/1.0\\r\\n\\r\\n\"" },
	[COMMAND_CLOSE] = { "Gives the descriptor up: FIN goes out, and "
			    "nothing can be read any more. What the peer sends "
			    "later is met by RST. With unread data RST goes "
			    "out instead of FIN.",
		"close" },
	[COMMAND_SHUTDOWN] = { "Ends one half of the connection and leaves the "
			       "other: wr sends FIN, and reading goes on; rd "
			       "stops reading, and the peer cannot know.",
		"shutdown      no more from here; answers still come\n"
		"shutdown rd   discards what comes" },
	[COMMAND_RESET] = { "The peer gets ECONNRESET, and what is queued on "
			    "either side is lost.",
		"reset" },
	[COMMAND_HOLD] = { "While somebody else holds the socket too, close "
			   "only drops the count of references and sends no "
			   "FIN; shutdown does all the same.",
		"hold child    a forked child holds it\n"
		"close         no FIN\n"
		"release       now it goes out" },
	[COMMAND_RELEASE] = { "The last reference that goes closes the "
			      "connection.",
		"release" },
	[COMMAND_PAUSE] = { "What arrives fills the receive buffer, then the "
			    "sender's; its program may not notice.",
		"pause\nread          takes one portion\nresume" },
	[COMMAND_RESUME] = { "Ends what pause or --paused began.", "resume" },
	[COMMAND_READ] = { "Shows what one recv(2) gives: data, EOF, an error, "
			   "or that it would block.",
		"pause\nread" },
	[COMMAND_STATE] = { "Asks the kernel, not the peer. SO_ERROR is "
			    "cleared by being asked; what it said counts in "
			    "the exit status.",
		"state" },
	[COMMAND_PROBE] = { "EOF says only that the peer's sending half has "
			    "ended. The byte that probe writes is acknowledged "
			    "by a peer that still receives, and met by RST "
			    "from one that has closed.",
		"wait eof\nprobe" },
	[COMMAND_SENDFILE] = { "The file goes behind what is queued, and is "
			       "told once, at its end.",
		"sendfile page.html\nshutdown      the end of the file" },
	[COMMAND_SAVE] = { "What arrives goes to the file instead of the "
			   "screen, until EOF, close or the end mark; save "
			   "alone ends it. A byte of the data that happens to "
			   "be the end mark ends the file too early.",
		"save copy.txt\n"
		"save line until \"\\n\"\n"
		"save          says how much is in the file, and ends it" },
	[COMMAND_FILL] = { "The bytes are x. Without a number they fill the "
			   "kernel's buffers, and the next send has to wait.",
		"fill 65536\nfill" },
	[COMMAND_MORE] = { "The data of the next send wait in the kernel, so "
			   "that FIN can ride on them.",
		"more\nbye\nshutdown      data and FIN in one segment" },
	[COMMAND_BLOCK] = { "A thread sits in recv(2) or close(2) as a program "
			    "without select(2) would. close does not wake it; "
			    "shutdown does.",
		"block recv\nclose         and nothing happens\n" },
	[COMMAND_LINGER] = { "close then waits until the peer's kernel has "
			     "acknowledged all, or the time is over; either "
			     "way it gives 0. With 0 it resets.",
		"linger 2s\nclose" },
	[COMMAND_LINGER2] = { "After close a socket waits in FIN_WAIT2 for the "
			      "peer's FIN, by default for a minute.",
		"linger2 1s\nclose" },
	[COMMAND_KEEPALIVE] = { "Finds out that a silent peer is gone: recv(2) "
				"then gives ETIMEDOUT.",
		"keepalive 10s 1s 3   after 10 s, 3 probes, 1 s apart" },
	[COMMAND_USER_TIMEOUT] = { "When it is over, the connection is given "
				   "up with ETIMEDOUT.",
		"user-timeout 5s" },
	[COMMAND_QUICKACK] = { "Off, an ACK may wait for data or FIN to ride "
			       "on. The kernel may change its mind.",
		"quickack off" },
	[COMMAND_BLOCKING] = { "O_NONBLOCK is off while blocking is on. The "
			       "commands here never wait all the same; only "
			       "calls of block do.",
		"blocking on" },
	[COMMAND_REPLY] = { "For --delay=hold, or to answer before the delay "
			    "is over.",
		"reply" },
	[COMMAND_EVERY] = { "The next line that is typed ends it, and so does "
			    "Ctrl-C.",
		"every 1s hello" },
	[COMMAND_SLEEP] = { "Data go on coming and going. Ctrl-C ends it.",
		"sleep 200ms" },
	[COMMAND_WAIT] = { "Data go on coming and going. When it cannot come "
			   "any more, or the time is over, the next line is "
			   "acted on, and the exit status is 4. Ctrl-C ends "
			   "it.",
		"wait reply\nwait eof 5s" },
	[COMMAND_OPEN] = { "Without arguments to the same place again. With "
			   "--nowait connect(2) is left under way: state shows "
			   "SYN_SENT, close gives it up.",
		"open\nopen 127.0.0.1 8080\nopen --nowait [::1]:8080" },
	[COMMAND_ACCEPT] = { "For --accept=hold. A connection is established "
			     "before accept(2), and may have ended by then.",
		"accept        who waits, if anybody does\n"
		"accept block  waits for the next" },
	[COMMAND_LISTENER] = { "Nobody can connect any more; connections that "
			       "were accepted live on, those that wait are "
			       "reset.",
		"listener close" },
	[COMMAND_USE] = { "list shows the numbers.", "use 2" },
	[COMMAND_LIST] = { "-> marks the connection that commands act on.",
		"list" },
	[COMMAND_QUIT] = { "As a program that calls exit(3) or dies: nothing "
			   "queued is sent. Ctrl-D leaves in order.",
		"quit" },
	[COMMAND_HELP] = { "", "help shutdown" },
};

const struct explanation *explain(enum command_id id)
{
	return &explanations[id];
}
