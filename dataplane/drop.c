/* SPDX-License-Identifier: BSD-3-Clause */
#include "drop.h"

static const struct {
	const char *name;
	const char *sentence;
} reasons[DROP_REASON_COUNT] = {
	[DROP_NONE] = { "none", "it is not dropped" },
#define DROP(name, sentence) [DROP_##name] = { #name, sentence },
#include "drop_reasons.def"
#undef DROP
};

const char *
drop_reason_name(enum drop_reason reason)
{
	return reasons[reason].name;
}

const char *
drop_reason_sentence(enum drop_reason reason)
{
	return reasons[reason].sentence;
}
