/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unix_table.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "lib/net/unix_state.h"
#include "netlink.h"

/* A dump's message may be 32 KiB. */
#define ANSWER_BYTES 32768

struct table {
	struct unix_entry *entries; /* owned */
	size_t count;
};

struct attributes {
	struct unix_entry entry;
	struct unix_diag_vfs file; /* all zero: none */
	uint8_t shutdown;
};

static int on_attribute(const struct nlattr *one, void *data)
{
	struct attributes *attributes = data;
	struct unix_entry *entry = &attributes->entry;
	size_t len = mnl_attr_get_payload_len(one);

	switch (mnl_attr_get_type(one)) {
	case UNIX_DIAG_NAME:
		if (len >= sizeof(entry->name))
			len = sizeof(entry->name) - 1;
		memcpy(entry->name, mnl_attr_get_payload(one), len);
		if (len && !entry->name[0])
			entry->name[0] = '@';
		break;
	case UNIX_DIAG_VFS:
		if (len >= sizeof(attributes->file))
			memcpy(&attributes->file, mnl_attr_get_payload(one),
				sizeof(attributes->file));
		break;
	case UNIX_DIAG_PEER:
		entry->peer = mnl_attr_get_u32(one);
		break;
	case UNIX_DIAG_SHUTDOWN:
		attributes->shutdown = mnl_attr_get_u8(one);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

/* The kernel's own numbers have 20 bits for the minor one. */
static dev_t device_of(uint32_t number)
{
	return makedev(number >> 20, number & 0xfffff);
}

static int on_socket(const struct nlmsghdr *header, void *data)
{
	struct table *table = data;
	const struct unix_diag_msg *message = mnl_nlmsg_get_payload(header);
	struct attributes attributes = { .entry = { .name = "" } };

	if (header->nlmsg_len < mnl_nlmsg_size(sizeof(*message)) ||
		message->udiag_type != SOCK_STREAM)
		return MNL_CB_OK;
	mnl_attr_parse(header, sizeof(*message), on_attribute, &attributes);
	if (!*attributes.entry.name)
		return MNL_CB_OK;
	struct unix_entry *entries = reallocarray(
		table->entries, table->count + 1, sizeof(*entries));

	if (!entries)
		return MNL_CB_ERROR;
	attributes.entry.inode = message->udiag_ino;
	attributes.entry.file = attributes.file.udiag_vfs_ino;
	attributes.entry.device = device_of(attributes.file.udiag_vfs_dev);
	attributes.entry.state =
		unix_state_of(message->udiag_state, attributes.shutdown);
	table->entries = entries;
	entries[table->count++] = attributes.entry;
	return MNL_CB_OK;
}

/* Asks for all of them, and takes in each. */
static int dump(struct mnl_socket *nl, struct table *table)
{
	char request[128], answer[ANSWER_BYTES];
	struct nlmsghdr *header = mnl_nlmsg_put_header(request);
	struct unix_diag_req *ask =
		mnl_nlmsg_put_extra_header(header, sizeof(*ask));
	int result = MNL_CB_OK;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = 1;
	ask->sdiag_family = AF_UNIX;
	ask->udiag_states = UINT32_MAX;
	ask->udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_PEER;
	if (netlink_send(nl, header, header->nlmsg_len) < 0)
		return -1;
	while (result > MNL_CB_STOP) {
		ssize_t n = netlink_receive(nl, answer, sizeof(answer));

		if (n < 0)
			return -1;
		result = mnl_cb_run(answer, (size_t)n, 1,
			mnl_socket_get_portid(nl), on_socket, table);
	}
	return result < 0 ? -1 : 0;
}

int unix_table_read(struct unix_entry **entries, size_t *count)
{
	struct mnl_socket *nl =
		mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	struct table table = { NULL, 0 };

	if (!nl)
		return -1;
	int failed = mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
		dump(nl, &table);
	int error = errno;

	mnl_socket_close(nl);
	if (failed) {
		free(table.entries);
		errno = error;
		return -1;
	}
	*entries = table.entries;
	*count = table.count;
	return 0;
}

static bool is_file(const struct unix_entry *entry, const struct stat *file)
{
	/* The kernel tells the lower half of a number. */
	return S_ISSOCK(file->st_mode) && entry->device == file->st_dev &&
		entry->file == (uint32_t)file->st_ino;
}

int unix_table_listener(const char *path, uint32_t *inode)
{
	struct unix_entry *entries;
	struct stat file = { .st_ino = 0 };
	size_t count;

	*inode = 0;
	stat(path, &file);
	if (unix_table_read(&entries, &count))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (entries[i].state == STATE_LISTEN &&
			(!strcmp(entries[i].name, path) ||
				is_file(&entries[i], &file)))
			*inode = entries[i].inode;
	free(entries);
	return 0;
}
