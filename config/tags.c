/* SPDX-License-Identifier: BSD-3-Clause */
#include "tags.h"

#include <string.h>

uint32_t
built_in_tag_find(const char *name)
{
	static const char *const names[TAG_BUILT_IN_COUNT] = {
		[TAG_INTERNET] = "Internet",
		[TAG_VIRTUAL_NETWORK] = "VirtualNetwork",
		[TAG_AZURE_LOAD_BALANCER] = "AzureLoadBalancer",
	};

	for (uint32_t tag = 0; tag < TAG_BUILT_IN_COUNT; tag++)
		if (strcmp(names[tag], name) == 0)
			return tag;
	return NO_INDEX;
}
