/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loopback.h"

#include <net/if.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link.h"
#include "network.h"

static bool leave_host(void)
{
	char why[240];

	if (network_leave_host(why, sizeof(why)) != NETWORK_PRIVATE)
		return false;
	struct mnl_socket *nl = link_open();
	bool up = nl && !link_up(nl, if_nametoindex("lo"));

	if (nl)
		mnl_socket_close(nl);
	return up;
}

/* Whether that can be done, found out in a child: half done, it is no use. */
static bool may_leave_host(void)
{
	int status = -1;

	fflush(NULL);
	pid_t child = fork();

	if (child == 0)
		_exit(leave_host() ? 0 : 1);
	if (child > 0)
		waitpid(child, &status, 0);
	return status == 0;
}

bool loopback_leave_host(void)
{
	return may_leave_host() && leave_host();
}
