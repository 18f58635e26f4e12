/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "subject.h"

/* Frames that get deep: made of few bytes of an input, from tables of what the gateway knows. */

/* An input that is read byte by byte; behind its end are zeroes. */
struct input {
	const uint8_t *data;
	size_t left;
};

uint8_t input_byte(struct input *input);
uint16_t input_word(struct input *input);

/* A packet of any kind that the tables have, whole or a fragment, from a neighbour to the gateway.
 */
void frame_make(struct input *input, struct subject_frame *frame);
/* Bytes of the input, behind an Ethernet header that the gateway takes. */
void frame_make_raw(struct input *input, struct subject_frame *frame);
/* An ARP packet of a neighbour. */
void frame_make_arp(struct input *input, struct subject_frame *frame);
/* What the receiver of a sent packet would say to it. */
void frame_answer(struct input *input, const struct subject_frame *sent,
		  struct subject_frame *frame);
/* An ICMP error about a sent packet, from whoever met it. */
void frame_error(struct input *input, const struct subject_frame *sent,
		 struct subject_frame *frame);
