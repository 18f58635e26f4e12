/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "config/model.h"

/*
 * A port's device as the configuration writes it: a name, then KEY=VALUE arguments of its driver.
 * Values that are names of files are made relative to the configuration's folder.
 */

struct device_argument {
	char *key;
	char *value; /* NULL: the key stands alone */
};

struct device {
	char *name; /* a PCI address in full, or a vdev's name */
	struct device_argument *arguments;
	size_t count;
};

/* 0, -ENOMEM, or -EINVAL when a file's name would have a comma, which ends a DPDK argument. */
int device_parse(const struct port *port, const char *directory, struct device *device);
void device_clear(struct device *device);

/* As DPDK's options -a and --vdev take it; the caller frees it. NULL when out of memory. */
char *device_format(const struct device *device);

/* The value of the index-th argument of that key, NULL if there are fewer. */
const char *device_value(const struct device *device, const char *key, size_t index);
