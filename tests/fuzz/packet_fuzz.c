/* SPDX-License-Identifier: BSD-3-Clause */
#include "frame.h"

/*
 * Any sequence of frames, of time that passes and of changes of the configuration: every packet is
 * accounted for, what leaves is whole and is where it may be, and in the end nothing is left.
 *
 * An input is a sequence of steps. Of each first byte the lowest bits say what it is; the highest
 * bit lets what comes next be of the same burst.
 */

enum step {
	STEP_PACKET,
	STEP_ANSWER,
	STEP_ERROR,
	STEP_AGAIN,
	STEP_RAW,
	STEP_ARP,
	STEP_WAIT,
	STEP_RELOAD,
	STEP_COUNT,
};

enum {
	STEP_MORE = 0x80,
	STEP_SPLIT = 0x40,
	STEPS_MAX = 64,
	WAIT_UNIT = 100,               /* milliseconds */
	SPLIT_MIN = RTE_ETHER_HDR_LEN, /* bytes */
};

static bool
is_answerable(const struct subject_frame *frame)
{
	return frame->interface < SUBJECT_INTERFACES && frame->ip_at != 0;
}

/* Makes the frame of a step; false: there is none. */
static bool
frame_of(struct subject *subject, struct input *input, enum step step, struct subject_frame *frame)
{
	const struct subject_frame *sent;

	switch (step) {
	case STEP_PACKET:
		frame_make(input, frame);
		return true;
	case STEP_ANSWER:
	case STEP_ERROR:
		sent = subject_sent(subject, input_byte(input) % SUBJECT_SENT_MAX);
		if (!is_answerable(sent))
			return false;
		if (step == STEP_ANSWER)
			frame_answer(input, sent, frame);
		else
			frame_error(input, sent, frame);
		return true;
	case STEP_RAW:
		frame_make_raw(input, frame);
		return true;
	case STEP_ARP:
		frame_make_arp(input, frame);
		return true;
	default:
		return frame->length > 0; /* STEP_AGAIN: the one before */
	}
}

static void
step_do(struct subject *subject, struct input *input, struct subject_frame *frame)
{
	uint8_t byte = input_byte(input);
	enum step step = byte % STEP_COUNT;
	size_t split = byte & STEP_SPLIT ? SPLIT_MIN + input_byte(input) : 0;

	if (step == STEP_WAIT)
		subject_wait(subject, (uint64_t)input_word(input) * WAIT_UNIT);
	else if (step == STEP_RELOAD)
		subject_reload(subject, input_byte(input) % SUBJECT_CHANGES);
	else if (frame_of(subject, input, step, frame))
		subject_put(subject, subject_interfaces[frame->interface].port, frame->bytes,
			    frame->length, split);
	if (!(byte & STEP_MORE))
		subject_run(subject);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct subject *subject;
	struct input input = { data, size };
	struct subject_frame frame = { .length = 0 };

	if (subject == NULL)
		subject = subject_create();
	for (unsigned int i = 0; i < STEPS_MAX && input.left > 0; i++)
		step_do(subject, &input, &frame);
	subject_rest(subject);
	return 0;
}
