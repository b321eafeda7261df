/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "link.h"
#include "network.h"
#include "veth.h"

struct device {
	int tun;           /* a descriptor, or -1 */
	struct veth *veth; /* in its stead */
	uint8_t packet[LINK_PACKET_BYTES + 1];
};

/* A TUN device without header of its own: plain packets, and no offloads. */
static int open_tun(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -1;
	strcpy(request.ifr_name, DEVICE_NAME);
	/* It ends with its network, in a work queue that nobody waits for. */
	if (!ioctl(fd, TUNSETIFF, &request) && !ioctl(fd, TUNSETPERSIST, 1))
		return fd;
	int error = errno;

	close(fd);
	errno = error;
	return -1;
}

struct device *device_open(char *why, size_t why_size)
{
	struct device *device = calloc(1, sizeof(*device));

	if (!device) {
		network_explain(why, why_size, "memory", ENOMEM);
		return NULL;
	}
	device->tun = open_tun();
	if (device->tun < 0) {
		device->veth = veth_open(DEVICE_NAME, why, why_size);
		if (!device->veth) {
			free(device);
			return NULL;
		}
	}
	return device;
}

void device_close(struct device *device)
{
	if (!device)
		return;
	if (device->tun >= 0)
		close(device->tun);
	veth_close(device->veth);
	free(device);
}

bool device_is_tun(const struct device *device)
{
	return device->tun >= 0;
}

const char *device_peer(const struct device *device)
{
	return device->veth ? VETH_PEER : NULL;
}

ssize_t device_take(struct device *device, const uint8_t **packet)
{
	ssize_t n;

	if (device->veth)
		return veth_take(device->veth, packet);
	do
		n = read(device->tun, device->packet, sizeof(device->packet));
	while (n < 0 && errno == EINTR);
	*packet = device->packet;
	return n < 0 && errno == EAGAIN ? 0 : n;
}

int device_give(struct device *device, const uint8_t *packet, size_t len)
{
	ssize_t n;

	if (device->veth)
		return veth_give(device->veth, packet, len);
	do
		n = write(device->tun, packet, len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -1 : 0;
}

int device_descriptor(const struct device *device)
{
	return device->veth ? veth_descriptor(device->veth) : device->tun;
}
