/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `gracelab explore`. */
#ifndef GRACELAB_ORDERS_H
#define GRACELAB_ORDERS_H

int orders_run(int argc, char **argv);

#endif
