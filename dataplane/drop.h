/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Why packets are dropped: the names and sentences of drop_reasons.def. */

enum drop_reason {
	DROP_NONE, /* not dropped */
#define DROP(name, sentence) DROP_##name,
#include "drop_reasons.def"
#undef DROP
	DROP_REASON_COUNT,
};

/* The reason's name as in drop_reasons.def, for programs; "none" for DROP_NONE. */
const char *drop_reason_name(enum drop_reason reason);
/* The reason as a sentence without a full stop, for people. */
const char *drop_reason_sentence(enum drop_reason reason);
