/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Sorts by the upper 32 bits, stable: a radix sort, since the tables of a virtual network are
 * rebuilt whole on a change. scratch has room for count items as well.
 */
void sort_by_upper_half(uint64_t *items, uint64_t *scratch, size_t count);
