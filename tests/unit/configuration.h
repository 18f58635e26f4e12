/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"

/*
 * What unit tests of config/ share: a text goes in, a model or lines of diagnostics come out. Texts
 * and lines have ' for ", since they stand in C strings.
 */

/* What every file has, in one line. */
#define GATEWAY "gateway = { name = 'g'; }; "
#define PORT    "ports = { name = 'p'; device = 'net_null0'; }; "
/* A fabric, and a network with a subnet, its group, its table and a VIP: all without a warning. */
#define FABRIC_INTERFACE "{ name = 'out'; port = 'p'; addresses = '198.51.100.2/24'; }"
#define SUBNET_INTERFACE "{ name = 'in'; port = 'p'; vlan = 1; addresses = '10.0.1.1/24'; }"
#define INTERFACES       "interfaces = ( " FABRIC_INTERFACE ", " SUBNET_INTERFACE " ); "
#define NETWORK                                                                      \
	"virtual_networks = { name = 'n'; address_space = '10.0.0.0/16'; subnets = " \
	"{ name = 's'; prefix = '10.0.1.0/24'; interface = 'in'; outbound_vips = 'v'; }; }; "
#define VIP "vips = { name = 'v'; address = '192.0.2.1'; virtual_network = 'n'; }; "

static inline char *
characters_replace(char *text, char from, char to)
{
	for (char *at = text; *at != '\0'; at++)
		if (*at == from)
			*at = to;
	return text;
}

/* The diagnostics as `check` prints them, for the caller to free. */
static inline char *
diagnostics_text(const struct diagnostics *list)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	assert_non_null(stream);
	diagnostics_print(list, stream);
	assert_int_equal(fclose(stream), 0);
	return text;
}

/* Reads the text as file "t.conf", which must give exactly these lines; the model or NULL. */
static inline struct model *
configuration_expect(const char *text, const char *lines)
{
	struct diagnostics diagnostics = { 0 };
	char *copy = strdup(text), *printed;
	struct model *model;
	int error;

	assert_non_null(copy);
	characters_replace(copy, '\'', '"');
	error = model_read_text("t.conf", copy, strlen(copy), &model, &diagnostics);
	printed = characters_replace(diagnostics_text(&diagnostics), '"', '\'');
	assert_string_equal(printed, lines);
	assert_int_equal(error, diagnostics.errors > 0 ? -EINVAL : 0);
	assert_int_equal(model != NULL, diagnostics.errors == 0);
	free(printed);
	free(copy);
	diagnostics_clear(&diagnostics);
	return model;
}

/* A text, and what is said about it, all of it. */
struct configuration_case {
	const char *text;
	const char *lines;
};

/* Each text stands behind `prelude`, which is one line, and so begins on line 2. */
static inline void
configuration_cases_check(const char *prelude, const struct configuration_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *text;

		assert_true(asprintf(&text, "%s\n%s", prelude, cases[i].text) >= 0);
		model_free(configuration_expect(text, cases[i].lines));
		free(text);
	}
}

#define CASES_CHECK(prelude, cases) \
	configuration_cases_check(prelude, cases, sizeof(cases) / sizeof((cases)[0]))
