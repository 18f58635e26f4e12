/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/capture.h"

/* A file of its own for each test, removed behind it. */
struct file {
	char name[64];
};

static int
file_setup(void **state)
{
	struct file *file = calloc(1, sizeof(*file));
	int descriptor;

	assert_non_null(file);
	strcpy(file->name, "/tmp/viaduct-capture-XXXXXX");
	descriptor = mkstemp(file->name);
	assert_true(descriptor >= 0);
	close(descriptor);
	*state = file;
	return 0;
}

static int
file_teardown(void **state)
{
	struct file *file = *state;
	int rc = unlink(file->name);

	free(file);
	return rc;
}

static void
file_fill(const struct file *file, const void *bytes, size_t length)
{
	FILE *stream = fopen(file->name, "w");

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, length, stream), length);
	assert_int_equal(fclose(stream), 0);
}

/* Microseconds, big-endian, Ethernet: one frame of 4 bytes of which 2 were captured. */
static const uint8_t microseconds[] = {
	0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0,
	0,    0,    1,    0,    0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 4,    7,    8,
};

enum {
	FILE_HEADER = 24,
	LINK_TYPE = 23,
	LINK_TYPE_RAW = 101,
};

static void
missing_file_is_told(void **state)
{
	char error[256];

	(void)state;
	assert_null(capture_open("/nowhere/in.pcap", error, sizeof(error)));
	assert_string_equal(error, "/nowhere/in.pcap: No such file or directory");
	assert_null(capture_create("/nowhere/out.pcap", error, sizeof(error)));
	assert_string_equal(error, "/nowhere/out.pcap: No such file or directory");
	capture_close(NULL);
	assert_int_equal(capture_finish(NULL), 0);
}

static void
other_files_are_refused(void **state)
{
	const struct file *file = *state;
	uint8_t bytes[sizeof(microseconds)];
	char error[256], expected[256];

	file_fill(file, "gateway = { };", 14);
	assert_null(capture_open(file->name, error, sizeof(error)));
	assert_non_null(strstr(error, file->name));

	memcpy(bytes, microseconds, sizeof(bytes));
	bytes[LINK_TYPE] = LINK_TYPE_RAW;
	file_fill(file, bytes, sizeof(bytes));
	assert_null(capture_open(file->name, error, sizeof(error)));
	snprintf(expected, sizeof(expected),
		 "%s: its link type is Raw IP; only Ethernet can be replayed", file->name);
	assert_string_equal(error, expected);
}

static void
truncated_file_is_told_with_its_name(void **state)
{
	const struct file *file = *state;
	struct capture_frame frame;
	struct capture *capture;
	char error[256];

	file_fill(file, microseconds, sizeof(microseconds) - 1);
	capture = capture_open(file->name, error, sizeof(error));
	assert_non_null(capture);
	assert_int_equal(capture_next(capture, &frame, error, sizeof(error)), -EIO);
	assert_memory_equal(error, file->name, strlen(file->name));
	capture_close(capture);
}

static void
microseconds_become_nanoseconds(void **state)
{
	const struct file *file = *state;
	struct capture_frame frame;
	struct capture *capture;
	char error[256];

	file_fill(file, microseconds, sizeof(microseconds));
	capture = capture_open(file->name, error, sizeof(error));
	assert_non_null(capture);
	assert_int_equal(capture_next(capture, &frame, error, sizeof(error)), 1);
	assert_int_equal(frame.time, 3000005000);
	assert_int_equal(frame.length, 2);
	assert_int_equal(frame.wire_length, 4);
	assert_memory_equal(frame.bytes, "\7\10", 2);
	assert_int_equal(capture_next(capture, &frame, error, sizeof(error)), 0);
	capture_close(capture);
}

static void
written_frames_are_read_again(void **state)
{
	const struct file *file = *state;
	struct capture_writer *writer;
	struct capture_frame frame;
	struct capture *capture;
	char error[256];

	writer = capture_create(file->name, error, sizeof(error));
	assert_non_null(writer);
	capture_write(writer, 4294967295999999999, "abc", 3);
	capture_write(writer, 7, "", 0);
	assert_int_equal(capture_finish(writer), 0);
	capture = capture_open(file->name, error, sizeof(error));
	assert_non_null(capture);
	assert_int_equal(capture_next(capture, &frame, error, sizeof(error)), 1);
	assert_int_equal(frame.time, 4294967295999999999);
	assert_int_equal(frame.length, 3);
	assert_int_equal(frame.wire_length, 3);
	assert_memory_equal(frame.bytes, "abc", 3);
	assert_int_equal(capture_next(capture, &frame, error, sizeof(error)), 1);
	assert_int_equal(frame.time, 7);
	assert_int_equal(frame.length, 0);
	assert_int_equal(capture_next(capture, &frame, error, sizeof(error)), 0);
	capture_close(capture);
}

static void
empty_capture_is_a_file_all_the_same(void **state)
{
	const struct file *file = *state;
	struct capture_writer *writer;
	struct capture_frame frame;
	struct capture *capture;
	char error[256];

	writer = capture_create(file->name, error, sizeof(error));
	assert_int_equal(capture_finish(writer), 0);
	capture = capture_open(file->name, error, sizeof(error));
	assert_non_null(capture);
	assert_int_equal(capture_next(capture, &frame, error, sizeof(error)), 0);
	capture_close(capture);
}

static void
full_device_is_told(void **state)
{
	char error[256];
	struct capture_writer *writer = capture_create("/dev/full", error, sizeof(error));

	(void)state;
	assert_non_null(writer);
	capture_write(writer, 7, "abc", 3);
	assert_int_equal(capture_finish(writer), -EIO);
}

#define file_test(function) cmocka_unit_test_setup_teardown(function, file_setup, file_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_file_is_told),
		file_test(other_files_are_refused),
		file_test(truncated_file_is_told_with_its_name),
		file_test(microseconds_become_nanoseconds),
		file_test(written_frames_are_read_again),
		file_test(empty_capture_is_a_file_all_the_same),
		cmocka_unit_test(full_device_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
