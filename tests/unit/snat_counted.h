/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "dataplane/snapshot.h"

/*
 * VIP 1 of two, as workers 0 and 1 count on it: hosts 10.0.1.4 and 10.0.1.5 have a block of 16
 * ports each, which the test writes into `units`.
 */

static uint16_t starts[] = { 1024, 1040 }, units[SNAT_CHUNKS];
static const uint32_t hosts[] = { 0x0a000104, 0x0a000105 };
static struct snat_host_page host_pages[2];
static struct snat_chunk_page chunk_pages[2];
static const struct snat_usage usage = { .hosts = { host_pages }, .chunks = { chunk_pages } };
static const struct snat_usage *const usages[] = { NULL, &usage };
static const struct snapshot_vip counted_vip = {
	.present = true,
	.snat = { .unit = 16,
		  .unit_count = 2,
		  .starts = starts,
		  .units = units,
		  .host_count = 2,
		  .hosts = hosts },
};
static struct snapshot_vip vips[2];
static const struct snapshot snapshot = { .vips = vips, .vip_count = 2, .usage = usages };
