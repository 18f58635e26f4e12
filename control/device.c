/* SPDX-License-Identifier: BSD-3-Clause */
#include "device.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Arguments whose values are files. iface is a socket of net_vhost, elsewhere a kernel's device. */
static const struct {
	const char *driver; /* what the device's name begins with */
	const char *key;
} files[] = {
	{ "net_pcap", "rx_pcap" },     { "net_pcap", "tx_pcap" }, { "eth_pcap", "rx_pcap" },
	{ "eth_pcap", "tx_pcap" },     { "net_vhost", "iface" },  { "eth_vhost", "iface" },
	{ "net_virtio_user", "path" }, { "virtio_user", "path" },
};

static bool
starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static bool
is_file(const struct device *device, const struct device_argument *argument)
{
	const char *abstract;

	/* A socket of memif is a name of its own kind unless it is said to be a file. */
	if (starts_with(device->name, "net_memif") && strcmp(argument->key, "socket") == 0) {
		abstract = device_value(device, "socket-abstract", 0);
		return abstract != NULL && strcmp(abstract, "no") == 0;
	}

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (starts_with(device->name, files[i].driver) &&
		    strcmp(argument->key, files[i].key) == 0)
			return true;
	}
	return false;
}

static int
make_relative_to(const char *directory, char **file)
{
	char *joined;

	if (**file == '/')
		return 0;
	if (asprintf(&joined, "%s/%s", directory, *file) < 0)
		return -ENOMEM;
	free(*file);
	*file = joined;
	return strchr(joined, ',') == NULL ? 0 : -EINVAL;
}

/* The length of the part before the next comma that is not inside a list in brackets. */
static size_t
part_length(const char *text)
{
	unsigned int depth = 0;
	size_t i;

	for (i = 0; text[i] != '\0' && (text[i] != ',' || depth > 0); i++) {
		if (text[i] == '[')
			depth++;
		else if (text[i] == ']' && depth > 0)
			depth--;
	}
	return i;
}

static int
argument_add(struct device *device, const char *text, size_t length)
{
	struct device_argument *arguments, *argument;
	const char *equals = memchr(text, '=', length);
	size_t key_length = equals != NULL ? (size_t)(equals - text) : length;

	arguments = realloc(device->arguments, (device->count + 1) * sizeof(*arguments));
	if (arguments == NULL)
		return -ENOMEM;
	device->arguments = arguments;
	argument = &arguments[device->count++];
	argument->value = NULL;

	argument->key = strndup(text, key_length);
	if (argument->key == NULL)
		return -ENOMEM;
	if (equals != NULL) {
		argument->value = strndup(equals + 1, length - key_length - 1);
		if (argument->value == NULL)
			return -ENOMEM;
	}
	return 0;
}

static char *
name_of(const struct port *port, size_t length)
{
	static const char pci_domain[] = "0000:";
	bool short_pci = port->is_pci && length == strlen("00:00.0");
	char *name;

	if (asprintf(&name, "%s%.*s", short_pci ? pci_domain : "", (int)length, port->device) < 0)
		return NULL;
	return name;
}

int
device_parse(const struct port *port, const char *directory, struct device *device)
{
	const char *text = port->device;
	size_t length = part_length(text);
	int rc = -ENOMEM;

	*device = (struct device){ .name = name_of(port, length) };
	if (device->name == NULL)
		return rc;

	while (text[length] == ',') {
		text += length + 1;
		length = part_length(text);
		rc = argument_add(device, text, length);
		if (rc != 0)
			goto clear;
	}

	for (size_t i = 0; i < device->count; i++) {
		if (device->arguments[i].value == NULL || !is_file(device, &device->arguments[i]))
			continue;
		rc = make_relative_to(directory, &device->arguments[i].value);
		if (rc != 0)
			goto clear;
	}
	return 0;

clear:
	device_clear(device);
	return rc;
}

void
device_clear(struct device *device)
{
	for (size_t i = 0; i < device->count; i++) {
		free(device->arguments[i].key);
		free(device->arguments[i].value);
	}
	free(device->arguments);
	free(device->name);
	*device = (struct device){ 0 };
}

char *
device_format(const struct device *device)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (stream == NULL)
		return NULL;
	fputs(device->name, stream);
	for (size_t i = 0; i < device->count; i++) {
		const struct device_argument *argument = &device->arguments[i];

		fprintf(stream, ",%s", argument->key);
		if (argument->value != NULL)
			fprintf(stream, "=%s", argument->value);
	}
	if (fclose(stream) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

const char *
device_value(const struct device *device, const char *key, size_t index)
{
	for (size_t i = 0; i < device->count; i++) {
		const struct device_argument *argument = &device->arguments[i];

		if (argument->value != NULL && strcmp(argument->key, key) == 0 && index-- == 0)
			return argument->value;
	}
	return NULL;
}
