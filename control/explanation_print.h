/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdio.h>

#include "explanation.h"

/* The explanation for people: one step a line, in the order that the packet takes them. */
void explanation_print(FILE *stream, const struct explanation *explanation);
